//! A pack changes rules of the packs that it extends, for the brands that it speaks for.

use serde_saphyr::Spanned;

use super::pack::{Adjustment, Pack};
use super::{Fault, Faults, Sought, file};
use crate::rule::Rule;

/// Puts adjusted rules beside the ones that they stand in for, or in their place where the pack speaks for everybody.
pub(super) fn adjust(pack: &Pack, packs: &[Pack], rules: &mut Vec<Rule>, sought: &mut Sought, faults: &mut Vec<Fault>) {
    let mut here = Faults::new(pack.source.manifest.path.clone());
    for (id, change) in &pack.file.adjust {
        let base = id.split('.').next().unwrap_or("");
        let file = packs.iter().filter(|base_pack| base_pack.name() == base && extends(pack, base, packs)).find_map(
            |base_pack| {
                let rule = rules.iter().find(|rule| rule.id == *id)?;
                base_pack.source.rules.iter().find(|file| file.path == rule.file)
            },
        );
        let Some(file) = file else {
            here.at(change.referenced, format!("`{id}` is no rule of a pack that this one extends"));
            continue;
        };
        let mut again = Faults::new(file.path.clone());
        let Some((mut rule, _)) = file::read(base, &file.path, &file.text, &mut again) else { continue };
        sought.take(&mut again);
        change_rule(&mut rule, change, &mut here);
        let known: Vec<String> =
            rules.iter().find(|known| known.id == *id).map(|known| known.when.brands.clone()).unwrap_or_default();
        if pack.file.brands.is_empty() {
            rule.when.brands = known;
            if let Some(at) = rules.iter().position(|known| known.id == *id) {
                rule.when.not_brands.clone_from(&rules[at].when.not_brands);
                rules[at] = rule;
            }
        } else {
            rule.when.brands.clone_from(&pack.file.brands);
            for other in rules.iter_mut().filter(|other| other.id == *id) {
                other.when.not_brands.extend(pack.file.brands.iter().cloned());
            }
            rules.push(rule);
        }
    }
    sought.take(&mut here);
    faults.extend(here.into_list());
}

fn change_rule(rule: &mut Rule, change: &Spanned<Adjustment>, faults: &mut Faults) {
    let Adjustment { severity, status, exceptions } = &change.value;
    if severity.is_none() && status.is_none() && exceptions.is_empty() {
        faults.at(change.referenced, "changes nothing; name `severity`, `status` or `exceptions`");
    }
    if !exceptions.is_empty() && !rule.kind.check().reads_words() {
        faults.at(change.referenced, format!("`exceptions` mean nothing to the kind {}", rule.kind.name()));
    }
    rule.severity = severity.unwrap_or(rule.severity);
    rule.status = status.unwrap_or(rule.status);
    rule.exceptions.extend(faults.terms(exceptions, true, true));
}

/// Whether `pack` extends the one called `base`, itself or through others.
fn extends(pack: &Pack, base: &str, packs: &[Pack]) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut open: Vec<&str> = pack.extends.iter().map(String::as_str).collect();
    while let Some(name) = open.pop() {
        if name == base {
            return true;
        }
        if !seen.contains(&name) {
            seen.push(name);
            open.extend(packs.iter().filter(|p| p.name() == name).flat_map(|p| p.extends.iter().map(String::as_str)));
        }
    }
    false
}
