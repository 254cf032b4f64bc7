//! Letting findings of severity `error` stand: who may, on what conditions, and what is kept of it.
//!
//! A `block` is never overridden. An `error` stands only when the person who approves says so for that very finding, with
//! a reason where its rule asks for one. `warn` and `info` need no answer.

use serde::Serialize;

use crate::finding::{Finding, Severity};
use crate::people::Role;
use crate::review::MAX_REASON;

/// Who may let a finding of a rule stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Override {
    pub allowed: bool,
    pub roles: Vec<Role>,
    pub reason_required: bool,
}

impl Override {
    /// What holds where a rule does not say: an error may stand with a reason, a block never.
    #[must_use]
    pub fn usual(severity: Severity) -> Self {
        Self {
            allowed: severity < Severity::Block,
            roles: vec![Role::Reviewer],
            reason_required: severity == Severity::Error,
        }
    }

    /// The roles as people list them: `reviewer or admin`.
    #[must_use]
    pub fn roles_text(&self) -> String {
        self.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" or ")
    }
}

/// Tells the conditions of a finding. The rule packs do; they are asked when somebody decides, not when the text was
/// checked.
pub trait Conditions: std::fmt::Debug + Send + Sync {
    fn of(&self, finding: &Finding) -> Override;
}

/// The usual conditions for every finding.
#[derive(Clone, Copy, Debug)]
pub struct Usual;

impl Conditions for Usual {
    fn of(&self, finding: &Finding) -> Override {
        Override::usual(finding.severity)
    }
}

/// What whoever approves may do about errors.
#[derive(Clone, Copy, Debug)]
pub struct Powers<'a> {
    pub roles: &'a [Role],
    pub conditions: &'a dyn Conditions,
}

/// A finding that a reviewer lets stand, as they say it: the finding by its rule, slot and span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overriding {
    pub rule: String,
    pub slot: String,
    pub start: usize,
    pub end: usize,
    pub reason: String,
}

/// A finding that stands with an approval: what the database keeps of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overridden {
    /// Which of the revision's findings, from 0.
    pub finding: usize,
    pub rule: String,
    /// The rule's pack with its version, `core@1`; empty for a rule that is code.
    pub pack: String,
    pub slot: String,
    pub start: usize,
    pub end: usize,
    /// In English, as the finding had it.
    pub message: String,
    /// Empty where the rule asks for none.
    pub reason: String,
}

/// An error that nothing answers yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenError {
    /// Which of the revision's findings, from 0.
    pub place: usize,
    pub finding: Finding,
    pub conditions: Override,
}

/// Why one override is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverrideFault {
    #[error("the revision has no such finding")]
    NotThere,
    #[error("this finding is given twice")]
    Twice,
    #[error("a finding of severity block is never overridden; edit the text or send it back")]
    Block,
    #[error("a finding of severity {} needs no override", .0.as_str())]
    NoError(Severity),
    #[error("this rule may not be overridden; edit the text or send it back")]
    NotAllowed,
    #[error("only {0} may override this rule")]
    Role(String),
    #[error("this rule asks for a reason")]
    ReasonMissing,
    #[error("the reason has {0} characters; {MAX_REASON} at most")]
    ReasonTooLong(usize),
}

/// What stands against an approval: errors that are not answered, and overrides that do not answer any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unanswered {
    pub open: Vec<OpenError>,
    /// By the place of the override in what was asked, from 0.
    pub faults: Vec<(usize, OverrideFault)>,
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.open.len(), self.faults.len()) {
            (0, faults) => write!(f, "{faults} override(s) cannot be taken as they are"),
            (open, 0) => write!(f, "{open} finding(s) of severity error are open; let each stand, or edit the text"),
            (open, faults) => {
                write!(f, "{open} finding(s) of severity error are open, and {faults} override(s) cannot be taken")
            }
        }
    }
}

/// Answers every error of `findings` by what is `asked`, or says what is missing. `rules` is the version of the packs by
/// which they were found.
pub fn answer(
    findings: &[Finding],
    rules: &str,
    asked: &[Overriding],
    powers: Powers<'_>,
) -> Result<Vec<Overridden>, Unanswered> {
    let mut taken = vec![false; findings.len()];
    let mut standing = Vec::new();
    let mut unanswered = Unanswered::default();
    for (place, one) in asked.iter().enumerate() {
        match allow(findings, rules, one, powers, &mut taken) {
            Ok(overridden) => standing.push(overridden),
            Err(fault) => unanswered.faults.push((place, fault)),
        }
    }
    for (index, finding) in findings.iter().enumerate().filter(|(_, finding)| finding.severity == Severity::Error) {
        if !standing.iter().any(|known| known.finding == index) {
            unanswered.open.push(OpenError {
                place: index,
                finding: finding.clone(),
                conditions: powers.conditions.of(finding),
            });
        }
    }
    standing.sort_by_key(|known| known.finding);
    if unanswered == Unanswered::default() { Ok(standing) } else { Err(unanswered) }
}

/// Two findings of one rule may have the same span and say different things: each override takes one of them.
fn allow(
    findings: &[Finding],
    rules: &str,
    asked: &Overriding,
    powers: Powers<'_>,
    taken: &mut [bool],
) -> Result<Overridden, OverrideFault> {
    let is_meant = |finding: &Finding| {
        (&finding.rule, &finding.slot, finding.start, finding.end) == (&asked.rule, &asked.slot, asked.start, asked.end)
    };
    let meant: Vec<usize> = (0..findings.len()).filter(|index| is_meant(&findings[*index])).collect();
    if meant.is_empty() {
        return Err(OverrideFault::NotThere);
    }
    // Of several, errors first: another severity needs no answer.
    let free = meant.iter().filter(|index| !taken[**index]);
    let index = free.min_by_key(|index| findings[**index].severity != Severity::Error).ok_or(OverrideFault::Twice)?;
    let finding = &findings[*index];
    match finding.severity {
        Severity::Error => {}
        Severity::Block => return Err(OverrideFault::Block),
        _ if meant.iter().any(|known| taken[*known]) => return Err(OverrideFault::Twice),
        severity => return Err(OverrideFault::NoError(severity)),
    }
    taken[*index] = true;
    let conditions = powers.conditions.of(finding);
    if !conditions.allowed {
        return Err(OverrideFault::NotAllowed);
    }
    if !conditions.roles.iter().any(|role| powers.roles.contains(role)) {
        return Err(OverrideFault::Role(conditions.roles_text()));
    }
    let reason = asked.reason.trim();
    if reason.is_empty() && conditions.reason_required {
        return Err(OverrideFault::ReasonMissing);
    }
    let length = reason.chars().count();
    if length > MAX_REASON {
        return Err(OverrideFault::ReasonTooLong(length));
    }
    Ok(Overridden {
        finding: *index,
        rule: finding.rule.clone(),
        pack: pack_of(rules, &finding.rule).to_owned(),
        slot: finding.slot.clone(),
        start: finding.start,
        end: finding.end,
        message: finding.message.clone(),
        reason: reason.to_owned(),
    })
}

/// `core@1` in `core@1+sample@2 sha256:…` for `core.weasel`.
fn pack_of<'a>(rules: &'a str, rule: &str) -> &'a str {
    let pack = rule.split('.').next().unwrap_or_default();
    let names = rules.split(' ').next().unwrap_or_default();
    names.split('+').find(|name| name.split('@').next() == Some(pack)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "core@1+de@2 sha256:0123456789ab";

    fn finding(rule: &str, severity: Severity) -> Finding {
        Finding {
            rule: rule.into(),
            severity,
            slot: "body".into(),
            start: 0,
            end: 4,
            message: format!("{rule} says no."),
            messages: Default::default(),
            fix: None,
        }
    }

    fn let_stand(rule: &str, reason: &str) -> Overriding {
        Overriding { rule: rule.into(), slot: "body".into(), start: 0, end: 4, reason: reason.into() }
    }

    fn asked(findings: &[Finding], asked: &[Overriding]) -> Result<Vec<Overridden>, Unanswered> {
        answer(findings, RULES, asked, Powers { roles: &[Role::Reviewer], conditions: &Usual })
    }

    fn fault(findings: &[Finding], asked_for: &[Overriding]) -> Option<OverrideFault> {
        asked(findings, asked_for).unwrap_err().faults.pop().map(|(_, fault)| fault)
    }

    #[test]
    fn each_error_needs_an_answer_and_nothing_else_does() {
        let findings =
            [finding("core.a", Severity::Warn), finding("core.b", Severity::Error), finding("de.c", Severity::Error)];
        let Unanswered { open, faults } = asked(&findings, &[let_stand("de.c", "A quotation.")]).unwrap_err();
        assert_eq!(
            open.iter().map(|error| (error.place, error.finding.rule.as_str())).collect::<Vec<_>>(),
            [(1, "core.b")]
        );
        assert!(faults.is_empty() && open[0].conditions.reason_required);
        let standing =
            asked(&findings, &[let_stand("de.c", " A quotation. "), let_stand("core.b", "Legal agreed.")]).unwrap();
        let kept: Vec<_> = standing.iter().map(|o| (o.finding, o.pack.as_str(), o.reason.as_str())).collect();
        assert_eq!(kept, [(1, "core@1", "Legal agreed."), (2, "de@2", "A quotation.")]);
        assert_eq!(asked(&findings[..1], &[]), Ok(Vec::new()));
    }

    #[test]
    fn an_override_that_answers_nothing_is_refused() {
        let error = [finding("core.b", Severity::Error)];
        assert_eq!(fault(&error, &[let_stand("core.x", "y")]), Some(OverrideFault::NotThere));
        let elsewhere = Overriding { end: 3, ..let_stand("core.b", "y") };
        assert_eq!(fault(&error, &[elsewhere]), Some(OverrideFault::NotThere));
        let twice = [let_stand("core.b", "y"), let_stand("core.b", "z")];
        assert_eq!(asked(&error, &twice).unwrap_err().faults, [(1, OverrideFault::Twice)]);
        assert_eq!(fault(&error, &[let_stand("core.b", " ")]), Some(OverrideFault::ReasonMissing));
        let long = "x".repeat(MAX_REASON + 1);
        assert_eq!(fault(&error, &[let_stand("core.b", &long)]), Some(OverrideFault::ReasonTooLong(2001)));
        let warned = [finding("core.a", Severity::Warn)];
        assert_eq!(fault(&warned, &[let_stand("core.a", "y")]), Some(OverrideFault::NoError(Severity::Warn)));
        let blocked = [finding("core.a", Severity::Block)];
        assert_eq!(fault(&blocked, &[let_stand("core.a", "y")]), Some(OverrideFault::Block));
    }

    #[test]
    fn two_errors_on_one_span_are_answered_one_by_one() {
        let mut second = finding("core.b", Severity::Error);
        second.message = "Something else.".into();
        let both = [finding("core.b", Severity::Error), second];
        assert_eq!(asked(&both, &[let_stand("core.b", "y")]).unwrap_err().open.len(), 1);
        let standing = asked(&both, &[let_stand("core.b", "y"), let_stand("core.b", "z")]).unwrap();
        assert_eq!(standing[1].message, "Something else.");
    }

    #[test]
    fn the_rule_says_who_may() {
        #[derive(Debug)]
        struct Legal;
        impl Conditions for Legal {
            fn of(&self, finding: &Finding) -> Override {
                let allowed = finding.rule == "core.b";
                Override { allowed, roles: vec![Role::Admin], reason_required: false }
            }
        }
        let asked = |roles: &[Role], rule: &str| {
            let powers = Powers { roles, conditions: &Legal };
            answer(&[finding(rule, Severity::Error)], RULES, &[let_stand(rule, "")], powers)
        };
        let mut refused = asked(&[Role::Reviewer], "core.b").unwrap_err();
        assert_eq!(refused.faults.pop(), Some((0, OverrideFault::Role("admin".into()))));
        assert!(asked(&[Role::Reviewer, Role::Admin], "core.b").is_ok());
        let mut refused = asked(&[Role::Reviewer, Role::Admin], "core.c").unwrap_err();
        assert_eq!(refused.faults.pop(), Some((0, OverrideFault::NotAllowed)));
    }
}
