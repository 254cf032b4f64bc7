//! The rules over one content, and a trial of rendering it, the same for the model's drafts and for people's edits.

use countersign_domain::brand::BrandSheet;
use countersign_domain::clock::Timestamp;
use countersign_domain::content::{Content, SlotText};
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::release::Context;
use countersign_render::{RenderError, Slot, Template, longest, notice, try_render};
use countersign_rules::{BrandTerms, Original, Packs, Place, SlotLimit, Source, Subject, Unit};

/// What a content is examined against.
#[derive(Clone, Copy, Debug)]
pub struct Examiner<'a> {
    pub packs: &'a Packs,
    pub template: &'a Template,
    pub brand: &'a BrandSheet,
    pub context: &'a Context,
    /// The product's key or name.
    pub product: &'a str,
    /// What its statements may rest on.
    pub sources: &'a [Source<'a>],
    /// What it was translated from.
    pub original: Option<Original<'a>>,
    /// Names of what its metadata says: `ai_generated` of all that a model wrote, also when a person changed it.
    pub metadata: &'a [&'a str],
    pub now: Timestamp,
}

/// The rule of findings about what no partner could pull. Writing it again mends nothing: the fault is in what surrounds
/// the text.
pub const CANNOT_BE_RENDERED: &str = "drafting.cannot_be_rendered";

/// What the metadata of every rendition says of what a model wrote.
pub const AI_GENERATED: &str = "ai_generated";

impl Examiner<'_> {
    /// Every finding, in the order of slots and spans; what cannot be rendered comes last.
    #[must_use]
    pub fn findings(&self, content: &Content) -> Vec<Finding> {
        let mut findings = self.of_rules(content);
        let unrenderable = try_render(self.template, self.context, content).err();
        findings.extend(unrenderable.and_then(|error| self.unrenderable(&error, &findings)));
        findings
    }

    /// Those of the rules alone.
    #[must_use]
    pub fn of_rules(&self, content: &Content) -> Vec<Finding> {
        let template = self.template.in_context(self.context);
        let slots: Vec<SlotLimit> = template.slots.iter().map(|slot| slot_limit(slot, content)).collect();
        // A market's notice stands around the slots only where the layouts print it.
        let locked: Vec<&str> = notice(self.context).filter(|_| template.prints_notice).into_iter().collect();
        let terms = BrandTerms::of(self.brand);
        let place = Place::of(self.context, self.product, self.now);
        self.packs.check(&Subject {
            slots: &slots,
            locked: &locked,
            sources: self.sources,
            original: self.original,
            formality: self.brand.formality_in(&self.context.locale),
            metadata: Some(self.metadata),
            ..Subject::new(content, place, &terms)
        })
    }

    /// What a partner's pull would fail on; nothing where a rule blocks that very slot already.
    fn unrenderable(&self, error: &RenderError, findings: &[Finding]) -> Option<Finding> {
        let slot = match error {
            RenderError::Slot { slot, .. } => {
                let told = findings.iter().any(|known| known.slot == *slot && known.severity == Severity::Block);
                (!told).then_some(slot.as_str())?
            }
            _ => self.template.slots.last().map_or("", |slot| slot.name.as_str()),
        };
        let advice = match error {
            RenderError::MissingLegal { market } => format!(" Give the brand a legal notice for {market}."),
            _ => String::new(),
        };
        Some(Finding {
            rule: CANNOT_BE_RENDERED.to_owned(),
            severity: Severity::Block,
            slot: slot.to_owned(),
            start: 0,
            end: 0,
            message: format!("No partner could pull this, since it cannot be rendered: {error}.{advice}"),
            messages: Default::default(),
            fix: None,
        })
    }
}

/// How long a slot is, with the longest partner values, and how long it may be.
#[must_use]
pub fn slot_limit(slot: &Slot, content: &Content) -> SlotLimit {
    let empty = SlotText::default();
    SlotLimit {
        name: slot.name.clone(),
        unit: unit(slot.limit.unit),
        min: slot.limit.min,
        max: slot.limit.max,
        required: slot.required,
        count: longest(content.slots.get(&slot.name).unwrap_or(&empty), slot.limit.unit),
    }
}

fn unit(unit: countersign_render::Unit) -> Unit {
    match unit {
        countersign_render::Unit::Graphemes => Unit::Graphemes,
        countersign_render::Unit::Utf16 => Unit::Utf16,
        countersign_render::Unit::Weighted => Unit::Weighted,
        countersign_render::Unit::DoubleWidth => Unit::DoubleWidth,
        countersign_render::Unit::Bytes => Unit::Bytes,
        countersign_render::Unit::Words => Unit::Words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::release::BrandIdentity;
    use countersign_render::Templates;

    const NOTICE: &str = "Fjord is a trademark.";

    /// What is said of a plain post of `asset_type` in the United States, for a brand with a notice for `market`, under
    /// a pack that requires the notice.
    fn findings(asset_type: &str, market: &str, text: &str) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let rule = format!(
            "id: notice\nkind: required_text\nseverity: block\nmessage: m\nwhy: w\nparams: {{variants: {{US: ['{NOTICE}']}}}}\n\
             tests: {{pass: [{{text: '{NOTICE}', context: {{market: US}}}}], fail: [{{text: a, context: {{market: US}}}}]}}\n"
        );
        std::fs::write(folder.path().join("pack.yaml"), "name: test\nversion: 1\ntitle: Test\n").unwrap();
        std::fs::write(folder.path().join("notice.yaml"), rule).unwrap();
        let packs = Packs::load(&[folder.path()], false).unwrap();
        let templates = Templates::embedded().unwrap();
        let template = templates.get(asset_type).unwrap();
        let mut brand = BrandSheet::default();
        brand.identity = BrandIdentity {
            name: "Nordwind".into(),
            legal: [(market.to_owned(), NOTICE.to_owned())].into(),
            ..brand.identity
        };
        let context = Context {
            asset_type: asset_type.into(),
            channel: template.channel.clone(),
            market: "US".parse().unwrap(),
            locale: "en-US".parse().unwrap(),
            template: template.tag(),
            rules: packs.version(),
            brand: brand.identity.clone(),
        };
        let slots = template.slots.iter().map(|slot| (slot.name.clone(), SlotText::parse(text).unwrap()));
        let content = Content { slots: slots.collect() };
        let now = Timestamp::from_micros(1_795_000_000_000_000);
        Examiner {
            packs: &packs,
            template,
            brand: &brand,
            context: &context,
            product: "Fjord",
            sources: &[],
            original: None,
            metadata: &[],
            now,
        }
        .findings(&content)
        .into_iter()
        .map(|finding| (finding.rule, finding.message))
        .collect()
    }

    #[test]
    fn a_notice_counts_as_present_only_where_every_rendition_prints_it() {
        assert_eq!(findings("email", "US", "Some words."), []);
        assert_eq!(findings("linkedin_post", "US", "Some words."), []);
        let of_x = findings("x_post", "US", "Some words.");
        assert_eq!(of_x.iter().map(|(rule, _)| rule.as_str()).collect::<Vec<_>>(), ["test.notice"]);
        assert_eq!(findings("x_post", "US", NOTICE), []);
    }

    #[test]
    fn what_no_partner_could_pull_is_a_block_before_anybody_signs_it() {
        let found = findings("email", "DE", NOTICE);
        assert_eq!(found.len(), 1, "{found:?}");
        let (rule, message) = &found[0];
        assert_eq!(rule, CANNOT_BE_RENDERED);
        assert!(message.contains("none for the market US") && message.contains("legal notice for US."), "{message}");
        assert!(
            findings("linkedin_post", "US", " ").iter().any(|(rule, _)| rule == CANNOT_BE_RENDERED),
            "an empty slot"
        );
    }
}
