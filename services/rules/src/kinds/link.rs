//! `link`: links that nobody should follow.
//!
//! **What it does**, by `checks` (all of them by default; `host` and `shortener` where their lists are given):
//! - `https`: a link that begins with `http://` or `ftp://`, or a Markdown target with a scheme that is no web page's,
//!   mail's or telephone's. A domain without a scheme is no offence.
//! - `host`: a host outside `hosts`; each stands for its subdomains too. Compared as DNS compares, so `münchen.example` and
//!   `xn--mnchen-3ya.example` are one.
//! - `user_info`: something before an `@` in the host's place.
//! - `ip_address`: a bare address, in any writing that browsers read (`192.0.2.10`, `0xC000020A`, `3221226000`, `[::1]`).
//! - `shortener`: a host of `shorteners`, or below one.
//! - `look_alike`: a host that mixes scripts, that is another script's word and looks like ASCII, or that looks like one
//!   of `hosts` and is none (`fj0rd.example`).
//! - `visible_target`: a Markdown link that shows a domain and leads to another one's (`[fjord.example](https://x.example)`).
//!
//! **Why it is bad.** What the reader sees is not where the reader gets to, or others can change it on the way.
//!
//! ```yaml
//! id: link_not_https
//! kind: link
//! severity: block
//! message: "“{match}” can be changed on its way to the reader. Use https."
//! params: {checks: [https]}
//! tests:
//!   pass: ["Read https://fjord.example/docs today"]
//!   fail: [{text: "See http://fjord.example/docs now", spans: ["http://fjord.example/docs"]}]
//! ```
//!
//! **Options.** `hosts`, `shorteners`, `checks`. What a partner reference brings is unknown here: the partner's profile is
//! checked where it is entered.

use serde::Deserialize;
use serde_saphyr::Spanned;
use url::{Host, Url};

use super::{Check, Params};
use crate::links::{Link, MarkdownLink, find, has_known_suffix, host_of, links, markdown, registrable};
use crate::load::{Common, Faults};
use crate::look_alike::{looks, passes_for_ascii};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LinkParams {
    hosts: Option<Vec<Spanned<String>>>,
    shorteners: Option<Vec<Spanned<String>>>,
    checks: Vec<Spanned<CheckName>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CheckName {
    Https,
    Host,
    UserInfo,
    IpAddress,
    Shortener,
    LookAlike,
    VisibleTarget,
}

#[derive(Debug)]
pub(crate) struct LinkRule {
    /// In ASCII, as DNS has them.
    hosts: Vec<String>,
    shorteners: Vec<String>,
    checks: Vec<CheckName>,
}

/// Suffixes that files are called by: `[README.md](…)` shows no domain.
const FILES: [&str; 12] = ["md", "rs", "sh", "py", "pl", "zip", "mov", "so", "ps", "cc", "cs", "ml"];

impl Params for LinkParams {
    type Kind = LinkRule;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<LinkRule> {
        let mut checks = Vec::new();
        for check in &self.checks {
            if checks.contains(&check.value) {
                faults.at(check.referenced, "the check is there twice");
            }
            checks.push(check.value);
        }
        let mut lists = Vec::new();
        for (list, name, check) in
            [(self.hosts, "hosts", CheckName::Host), (self.shorteners, "shorteners", CheckName::Shortener)]
        {
            let uses = |c: &CheckName| *c == check || check == CheckName::Host && *c == CheckName::LookAlike;
            match &list {
                Some(list) if list.is_empty() => {
                    faults.at(common.kind_at, format!("`params.{name}` is empty; leave it out, or name hosts"));
                }
                Some(_) if !checks.is_empty() && !checks.iter().any(uses) => {
                    faults.at(common.kind_at, format!("`params.{name}` is given, and none of `checks` uses it"));
                }
                None if checks.contains(&check) => {
                    faults.at(common.kind_at, format!("one of `checks` needs `params.{name}`"));
                }
                _ => {}
            }
            lists.push(hosts(list.unwrap_or_default(), faults));
        }
        let shorteners = lists.pop().unwrap_or_default();
        let hosts = lists.pop().unwrap_or_default();
        if checks.is_empty() {
            use CheckName::{Host, Https, IpAddress, LookAlike, Shortener, UserInfo, VisibleTarget};
            checks = vec![Https, UserInfo, IpAddress, LookAlike, VisibleTarget];
            checks.extend((!hosts.is_empty()).then_some(Host));
            checks.extend((!shorteners.is_empty()).then_some(Shortener));
        }
        Some(LinkRule { hosts, shorteners, checks })
    }
}

fn hosts(list: Vec<Spanned<String>>, faults: &mut Faults) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for name in list {
        let host = Url::parse(&format!("https://{}/", name.value)).ok().filter(|url| url.path() == "/");
        match host.as_ref().and_then(host_of) {
            Some(host) if host.contains('.') && known.contains(&host) => {
                faults.at(name.referenced, format!("the host `{}` is there twice", name.value));
            }
            Some(host) if host.contains('.') && !name.value.contains(['@', ':', '/']) => known.push(host),
            _ => faults.at(name.referenced, format!("`{}` is no host; write one such as fjord.example", name.value)),
        }
    }
    known
}

impl Check for LinkRule {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "host", "reason"]
    }

    fn held_by_form(&self) -> Option<&'static str> {
        Some("links come by reference only")
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let mut found: Vec<Hit> = links(slot)
                .iter()
                .filter(|link| counts(&link.range))
                .filter_map(|link| {
                    let reason = self.offence(link, &slot.text[link.range.clone()])?;
                    let host = link.url.as_ref().and_then(host_of).unwrap_or_default();
                    Some(told(Hit::at(slot, link.range.clone()), host, reason))
                })
                .collect();
            for link in markdown(&slot.text).iter().filter(|link| counts(&link.whole)) {
                let known = found.iter().any(|hit| hit.range == link.target);
                found.extend(self.markdown_offence(slot, link).filter(|_| !known));
            }
            hits.extend(found);
        }
        hits
    }
}

fn told(mut hit: Hit, host: String, reason: &str) -> Hit {
    hit.values.push(("host", host));
    hit.values.push(("reason", reason.to_owned()));
    hit
}

impl LinkRule {
    fn checks(&self, check: CheckName) -> bool {
        self.checks.contains(&check)
    }

    /// Why nobody should follow it.
    fn offence(&self, link: &Link, written: &str) -> Option<&'static str> {
        if self.checks(CheckName::Https) && link.schemed && !is_https(written) {
            return Some("not https");
        }
        let url = link.url.as_ref()?;
        if self.checks(CheckName::UserInfo) && (!url.username().is_empty() || url.password().is_some()) {
            return Some("something before an @");
        }
        if matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) {
            if self.checks(CheckName::IpAddress) {
                return Some("a bare address");
            }
            return self.foreign(&host_of(url)?);
        }
        let host = host_of(url)?;
        if self.checks(CheckName::LookAlike) && self.looks_like_another(&host) {
            return Some("letters that pass for others");
        }
        if self.checks(CheckName::Shortener) && stands_below(&host, &self.shorteners) {
            return Some("a link shortener");
        }
        self.foreign(&host)
    }

    fn foreign(&self, host: &str) -> Option<&'static str> {
        (self.checks(CheckName::Host) && !stands_below(host, &self.hosts)).then_some("a host that is not allowed")
    }

    fn looks_like_another(&self, host: &str) -> bool {
        if host.split('.').any(|label| label.starts_with("xn--"))
            && passes_for_ascii(&url::quirks::domain_to_unicode(host))
        {
            return true;
        }
        if self.hosts.is_empty() || stands_below(host, &self.hosts) {
            return false;
        }
        let owner = looks(registrable(host));
        self.hosts.iter().any(|known| looks(registrable(known)) == owner && registrable(known) != registrable(host))
    }

    fn markdown_offence(&self, slot: &Slot<'_>, link: &MarkdownLink) -> Option<Hit> {
        let target = slot.text[link.target.clone()].trim();
        if !slot.references_in(&link.target).is_empty() && slot.text[link.target.clone()].starts_with("{{") {
            return None;
        }
        if self.checks(CheckName::Https) && has_strange_scheme(target) {
            return Some(told(Hit::at(slot, link.target.clone()), String::new(), "not https"));
        }
        if !self.checks(CheckName::VisibleTarget) || link.image {
            return None;
        }
        let leads = find(target, &[]).into_iter().next().filter(|first| first.range.start == 0)?;
        let host = host_of(leads.url.as_ref()?)?;
        let shown = &slot.text[link.shown.clone()];
        let other = shown_hosts(shown).into_iter().any(|shown| registrable(&shown) != registrable(&host));
        other.then(|| told(Hit::at(slot, link.whole.clone()), host, "the visible domain is another"))
    }
}

/// The hosts that readers see in a link's text.
fn shown_hosts(shown: &str) -> Vec<String> {
    let mut hosts: Vec<String> = find(shown, &[]).iter().filter_map(|link| host_of(link.url.as_ref()?)).collect();
    let bare = shown.trim().trim_matches(['*', '_', '`']);
    let suffix = bare.rsplit('.').next().unwrap_or("");
    let lone = hosts.is_empty()
        && bare.len() < 260
        && !bare.contains(|c: char| c.is_whitespace() || matches!(c, '@' | '/' | ':'))
        && !suffix.chars().any(char::is_uppercase)
        && !FILES.contains(&suffix)
        && has_known_suffix(bare);
    if lone {
        hosts.extend(Url::parse(&format!("https://{bare}")).ok().as_ref().and_then(host_of));
    }
    hosts
}

fn is_https(link: &str) -> bool {
    link.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

/// `javascript:`, `data:`, `file:` and the like. Web schemes are found in the text as they stand.
fn has_strange_scheme(target: &str) -> bool {
    let Some((scheme, _)) = target.split_once(':') else { return false };
    let form = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'));
    let usual = ["https", "http", "ftp", "ftps", "mailto", "tel", "sms", "whatsapp"];
    form && !usual.iter().any(|known| scheme.eq_ignore_ascii_case(known))
        && !target[scheme.len() + 1..].starts_with(|c: char| c.is_ascii_digit())
}

/// Whether it is one of `hosts`, or below one.
fn stands_below(host: &str, hosts: &[String]) -> bool {
    hosts
        .iter()
        .any(|known| host.strip_suffix(known.as_str()).is_some_and(|below| below.is_empty() || below.ends_with('.')))
}
