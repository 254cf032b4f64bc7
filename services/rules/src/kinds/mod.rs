//! The kinds of rules, one a file. Each file says what its kind does, why the offence is bad, and shows a rule.
//!
//! A kind is a `…Params` (its fields in a rule file, unknown ones refused) that compiles to a checked form, which
//! finds [`Hit`]s in a scene. To add one: a file here that implements [`Params`] and [`Check`], a line in `kinds!` below, a
//! row in brand-rules/README.md.

pub(crate) mod ai_disclosure;
mod borne_out;
pub(crate) mod capitalization;
pub(crate) mod competitor;
pub(crate) mod conditional;
pub(crate) mod consistency;
pub(crate) mod do_not_translate;
pub(crate) mod endorsement;
pub(crate) mod existence;
pub(crate) mod forbidden_claim;
pub(crate) mod formality;
pub(crate) mod inclusive;
pub(crate) mod language;
pub(crate) mod layout;
pub(crate) mod length;
pub(crate) mod link;
pub(crate) mod metric;
pub(crate) mod number_grounding;
pub(crate) mod occurrence;
pub(crate) mod pattern;
pub(crate) mod placeholder;
pub(crate) mod repetition;
pub(crate) mod required_text;
pub(crate) mod source_grounding;
pub(crate) mod substantiated_claim;
pub(crate) mod substitution;
pub(crate) mod term;
pub(crate) mod trademark;
pub(crate) mod unicode_hygiene;
pub(crate) mod utm;
mod words;

use countersign_domain::brand::Formality;
use serde::de::DeserializeOwned;

use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::Scene;
use crate::subject::Unit;

/// A kind's fields in a rule file.
pub(crate) trait Params: Default + DeserializeOwned {
    type Kind: Check;

    /// The checked form, or `None` after telling `faults` what is wrong.
    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Self::Kind>;
}

/// What a kind does, once compiled.
pub(crate) trait Check {
    /// The names in braces that its messages may use.
    fn message_names(&self) -> &'static [&'static str];

    /// Whether `scope` and `exceptions` mean anything to it.
    fn reads_words(&self) -> bool {
        true
    }

    /// Whether a rule-level `fix` means anything to it.
    fn takes_fix(&self) -> bool {
        false
    }

    /// The languages that it can read; every one when `None`. A rule of such a kind must name locales, and only of these.
    fn languages(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Plain terms that offend wherever they stand, as whole words in any case: a decoder can be kept from writing them. One
    /// with exceptions is kept from these too.
    fn decoder_terms(&self) -> &[String] {
        &[]
    }

    /// Characters, from and to, that offend wherever they stand: a decoder can be kept from writing them.
    fn refused_characters(&self) -> Vec<(char, char)> {
        Vec::new()
    }

    /// Patterns that offend wherever they match, each with whether in any case: a decoder can be kept from writing what they
    /// match.
    fn decoder_patterns(&self) -> Vec<(&str, bool)> {
        Vec::new()
    }

    /// What a decoder is kept from that knows how its reader is to be addressed.
    fn decoder_address(&self, language: &str, wanted: Option<Formality>) -> &'static [&'static str] {
        let _ = (language, wanted);
        &[]
    }

    /// The most of a text that the rule itself allows, in its own counting.
    fn decoder_length(&self) -> Option<(Unit, usize)> {
        None
    }

    /// Whether the partner's name may not be written in the rule's slots.
    fn refuses_partner_name(&self) -> bool {
        false
    }

    /// Why no draft can break it, whatever its words are; `None` where words can.
    fn held_by_form(&self) -> Option<&'static str> {
        None
    }

    /// How far all of this binds the decoder: for people.
    fn binding(&self) -> Binding {
        let words = !self.decoder_terms().is_empty() || !self.decoder_patterns().is_empty();
        if self.held_by_form().is_some() || words || !self.refused_characters().is_empty() {
            Binding::Exact
        } else {
            Binding::Checked("it looks at more than the words that a decoder writes next")
        }
    }

    /// What it finds, whatever the rule's status and place. Findings stand in bytes of a slot's text.
    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit>;
}

/// How far a rule binds the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// No draft can break it.
    Exact,
    /// Some drafts that would break it cannot be written; the check sees to the rest. Says what the rest is.
    Partly(&'static str),
    /// The check alone sees to it. Says why.
    Checked(&'static str),
}

macro_rules! kinds {
    ($($name:literal => $module:ident :: $kind:ident, $params:ident;)+) => {
        /// A rule's kind with its compiled parameters.
        #[derive(Debug)]
        pub(crate) enum Kind {
            $($kind($module::$kind),)+
        }

        impl Kind {
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),+];

            pub(crate) const fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => $name,)+
                }
            }

            /// What the kind does.
            pub(crate) fn check(&self) -> &dyn Check {
                match self {
                    $(Self::$kind(kind) => kind,)+
                }
            }
        }

        $(impl From<$module::$kind> for Kind {
            fn from(kind: $module::$kind) -> Self {
                Self::$kind(kind)
            }
        })+

        /// Reads a rule file whose kind is called `name` by `read`; `None` where there is no such kind.
        pub(crate) fn by_name<R: Reader>(name: &str, reader: R) -> Option<R::Out> {
            match name {
                $($name => Some(reader.read::<$module::$params>()),)+
                _ => None,
            }
        }
    };
}

/// What is done with a kind's parameters, whichever they are.
pub(crate) trait Reader {
    type Out;

    fn read<P: Params>(self) -> Self::Out
    where
        Kind: From<P::Kind>;
}

kinds! {
    "existence" => existence::Existence, ExistenceParams;
    "substitution" => substitution::Substitution, SubstitutionParams;
    "occurrence" => occurrence::Occurrence, OccurrenceParams;
    "repetition" => repetition::Repetition, RepetitionParams;
    "consistency" => consistency::Consistency, ConsistencyParams;
    "conditional" => conditional::Conditional, ConditionalParams;
    "capitalization" => capitalization::Capitalization, CapitalizationParams;
    "metric" => metric::Metric, MetricParams;
    "required_text" => required_text::RequiredText, RequiredTextParams;
    "number_grounding" => number_grounding::NumberGrounding, NumberGroundingParams;
    "source_grounding" => source_grounding::SourceGrounding, SourceGroundingParams;
    "placeholder" => placeholder::Placeholder, PlaceholderParams;
    "unicode_hygiene" => unicode_hygiene::UnicodeHygiene, UnicodeHygieneParams;
    "language" => language::Language, LanguageParams;
    "utm" => utm::Utm, UtmParams;
    "do_not_translate" => do_not_translate::DoNotTranslate, DoNotTranslateParams;
    "term" => term::TermRule, TermParams;
    "layout" => layout::Layout, LayoutParams;
    "formality" => formality::Address, FormalityParams;
    "length" => length::Length, LengthParams;
    "forbidden_claim" => forbidden_claim::ForbiddenClaim, ForbiddenClaimParams;
    "inclusive" => inclusive::Inclusive, InclusiveParams;
    "substantiated_claim" => substantiated_claim::SubstantiatedClaim, SubstantiatedClaimParams;
    "competitor" => competitor::Competitor, CompetitorParams;
    "trademark" => trademark::Trademark, TrademarkParams;
    "ai_disclosure" => ai_disclosure::AiDisclosure, AiDisclosureParams;
    "endorsement" => endorsement::Endorsement, EndorsementParams;
    "link" => link::LinkRule, LinkParams;
}
