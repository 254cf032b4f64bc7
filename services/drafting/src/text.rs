//! One text of an asset, in rounds: the model writes candidates, the rules examine them, the best is kept, and one with a
//! block is drafted again. An email is one text; of a sequence each email is.

use countersign_domain::content::{Content, Segment, SlotText};
use countersign_domain::digest::Digest;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::release::Context;
use countersign_engine::{CompiledBounds, Grammar};
use countersign_render::Template;
use countersign_rules::{BrandTerms, MarkSymbol, Place as RulePlace};

use crate::choose::{Candidate, best, cut, evasions, repeats, whole};
use crate::drafter::{Drafter, DraftingError, Figures, Task, product_key};
use crate::examine::{CANNOT_BE_RENDERED, Examiner};
use crate::figures;
use crate::figures_of_sources::{self, Figure};
use crate::grammar::lark;
use crate::held::Held;
use crate::marks::{SYMBOL_UNITS, mark_first_use};
use crate::plan::seed_of;
use crate::prompt::{Ask, Prompt};
use crate::rounds::Rounds;
use crate::skeleton::{Skeleton, lay_out};
use crate::sources::Sources;
use crate::terms;
use crate::told::Told;

/// A draft with blocks is drafted again, at most so often, and then goes to review marked.
const REDRAFTS: u64 = 2;

/// Which text is asked for.
#[derive(Debug)]
pub(crate) struct TextAsk<'a> {
    pub task: &'a Task,
    pub template: &'a Template,
    pub context: &'a Context,
    pub examiner: &'a Examiner<'a>,
    /// `None` where the template has only one.
    pub text: Option<&'a str>,
    /// Its place among the asset's texts, from 0.
    pub at: usize,
    /// Its own share of them.
    pub sources: &'a Sources,
    /// What need not be said again.
    pub told: &'a Told,
}

/// What is written of an asset so far.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub content: Content,
    pub skeleton: Skeleton,
    pub evasions: Vec<String>,
    /// The prompts, one after the other.
    pub prompts: String,
}

impl TextAsk<'_> {
    /// The first run of the first text has the asset's own seed, so that a type of one text is drafted by it.
    fn seed(&self, run: usize) -> u64 {
        let seed = self.task.seed;
        if (self.at, run) == (0, 0) {
            return seed;
        }
        seed_of(&Digest::of_json(&(seed, self.at, run)), seed)
    }

    /// The rules over the slots of this run alone; rendered on trial only where they are the whole asset.
    fn findings(&self, content: &Content, run: &Skeleton) -> Vec<Finding> {
        if run.slots.len() == self.template.slots.len() {
            return self.examiner.findings(content);
        }
        let mut template = self.template.clone();
        template.slots.retain(|slot| run.slots.iter().any(|own| own.name == slot.name));
        Examiner { template: &template, ..*self.examiner }.of_rules(content)
    }
}

impl Drafter {
    /// Writes one text and adds it to `asset`. `watch` gets the first candidate as it is written.
    pub(crate) async fn write(
        &self,
        ask: &TextAsk<'_>,
        asset: &mut Written,
        watch: &(impl Fn(String) + Send),
    ) -> Result<(), DraftingError> {
        let TextAsk { task, sources, .. } = *ask;
        let mut template = ask.template.in_context(ask.context);
        if self.mark(ask).is_some() {
            // Room for the symbol wherever the first name will stand.
            for slot in &mut template.slots {
                slot.limit.max = slot.limit.max.saturating_sub(SYMBOL_UNITS).max(slot.limit.min);
            }
        }
        let mut skeleton = lay_out(&template, ask.text, sources, task.locale.language(), task.variant);
        self.prompts.name(&mut skeleton, &sources.product.text, ask.seed(0));
        let mut said = String::new();
        for (at, slots) in skeleton.slots.chunks_mut(self.prompts.most_slots()).enumerate() {
            self.prompts.key(slots);
            let run = Skeleton { slots: slots.to_vec(), left_out: Vec::new() };
            self.write_run(ask, &template, &run, (at, &said), asset, watch).await?;
            let written = run.slots.iter().filter_map(|slot| asset.content.slots.get(&slot.name));
            written.for_each(|text| said.push_str(&format!("{} ", as_asked(text))));
        }
        asset.skeleton.join(skeleton);
        Ok(())
    }

    /// Writes some slots of a text in rounds and adds the best of them; `at` is their run's number, with what the runs before
    /// it say.
    async fn write_run(
        &self,
        ask: &TextAsk<'_>,
        template: &Template,
        run: &Skeleton,
        (at, said): (usize, &str),
        asset: &mut Written,
        watch: &(impl Fn(String) + Send),
    ) -> Result<(), DraftingError> {
        let TextAsk { task, sources, .. } = *ask;
        let figures = match self.figures {
            Figures::References => Vec::new(),
            Figures::Sources => figures_of_sources::figures(sources.texts()),
        };
        let rounds = Rounds {
            engine: &self.engine,
            settings: self.prompts.settings(),
            grammar: self.compile(run, &figures, task.locale.language())?,
            bounds: self.bounds(ask, template, run, &figures)?,
            skeleton: run,
            sources,
            seed: ask.seed(at),
            priority: task.priority,
        };
        let title = template.texts.iter().find(|text| Some(text.name.as_str()) == ask.text);
        let title = title.map(|text| text.title("en").to_owned()).unwrap_or_default();
        let earlier: Vec<String> = asset.content.slots.values().map(SlotText::plain).collect();
        let mark = self.mark(ask);
        let names: Vec<&str> = run.slots.iter().map(|slot| slot.name.as_str()).collect();
        let examine = |mut content: Content, mean_logprob| {
            if let Some(mark) = &mark {
                mark_first_use(&mut content, &asset.content, &names, mark);
            }
            Candidate {
                findings: ask.findings(&content, run),
                evasions: evasions(&content, figures::of_language(task.locale.language())),
                repeats: repeats(&content, &asset.content),
                told: ask.told.again_in(&content),
                cut: cut(&content, run),
                content,
                mean_logprob,
            }
        };
        let mut seen: Vec<Candidate> = Vec::new();
        let mut kept: Option<Candidate> = None;
        let mut prompt = String::new();
        let mut wrong: Vec<String> = Vec::new();
        for round in 0..=REDRAFTS {
            prompt = self.prompt_text(&Ask {
                brand: &task.brand,
                brief: &task.brief,
                asset_type: &task.asset_type,
                locale: &task.locale,
                market: task.market,
                sources,
                skeleton: run,
                text: &title,
                earlier: &earlier,
                said,
                findings: &wrong,
            })?;
            let written = rounds.write(round, &prompt, watch).await?;
            seen.extend(written.into_iter().map(|(content, mean_logprob)| examine(content, mean_logprob)));
            kept = best(seen.clone()).map(|candidate| whole(candidate, &seen, &asset.content, ask.told, &examine));
            let Some(candidate) = &kept else { continue };
            wrong = mendable(&candidate.findings);
            if wrong.is_empty() && candidate.evasions.is_empty() && candidate.cut.is_empty() {
                break;
            }
        }
        let kept = kept.ok_or_else(|| {
            DraftingError::Impossible(
                "the model wrote nothing that fits this asset's slots; shorten the brief's messages and claims".into(),
            )
        })?;
        asset.content.slots.extend(kept.content.slots);
        asset.evasions.extend(kept.evasions);
        asset.prompts.push_str(&prompt);
        Ok(())
    }

    fn compile(&self, skeleton: &Skeleton, figures: &[Figure], language: &str) -> Result<Grammar, DraftingError> {
        let written: Vec<String> = figures.iter().map(|figure| figure.written.clone()).collect();
        self.engine
            .compile_grammar(&lark(skeleton, &written, language))
            .map_err(|error| DraftingError::Impossible(format!("the grammar of this asset does not compile: {error}")))
    }

    /// Names come by reference only, figures in words not at all, and rules hold the draft to what a decoder can obey.
    fn bounds(
        &self,
        ask: &TextAsk<'_>,
        template: &Template,
        run: &Skeleton,
        figures: &[Figure],
    ) -> Result<CompiledBounds, DraftingError> {
        let TextAsk { task, sources, .. } = *ask;
        let sheet = &task.brand.sheet;
        let formality = sheet.formality_in(&task.locale);
        let held = Held {
            demands: self.packs.demands(&self.place(ask), &BrandTerms::of(sheet), formality),
            never: terms::never_written(sheet, task.locale.language()),
            names: terms::names(sheet, &sources.product.text, task.locale.language()),
            figures: figures.iter().map(|figure| figure.number.as_str()).collect(),
            kept: &self.kept,
        };
        let bounds = held.bounds(run, template, sources)?;
        self.engine
            .compile_bounds(&bounds)
            .map_err(|error| DraftingError::Impossible(format!("what the rules ask of this asset: {error}")))
    }

    fn place<'a>(&self, ask: &TextAsk<'a>) -> RulePlace<'a> {
        RulePlace::of(ask.context, product_key(ask.sources), ask.task.now)
    }

    /// The product's own mark, where rules ask for its symbol.
    fn mark(&self, ask: &TextAsk<'_>) -> Option<MarkSymbol> {
        let symbols = self.packs.mark_symbols(&self.place(ask), &BrandTerms::of(&ask.task.brand.sheet));
        symbols.into_iter().find(|mark| mark.name == ask.sources.product.text)
    }

    fn prompt_text(&self, ask: &Ask<'_>) -> Result<String, DraftingError> {
        match self.prompts.render(ask, |text| self.engine.as_plain_text(text))? {
            Prompt::Text(text) => Ok(text),
            Prompt::Chat(messages) => self
                .engine
                .render_chat(&messages)
                .map_err(|error| DraftingError::Impossible(format!("the model's chat template: {error}"))),
        }
    }
}

/// A text with its references as a model writes them, on one line.
fn as_asked(text: &SlotText) -> String {
    let one = |segment: &Segment| match segment {
        Segment::Text { text } => text.clone(),
        Segment::Bound(bound) => bound.written(),
        Segment::Partner { partner } => partner.placeholder().to_owned(),
    };
    text.segments.iter().map(one).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What another draft could do better, as the model is told it.
fn mendable(findings: &[Finding]) -> Vec<String> {
    let blocks = findings.iter().filter(|f| f.severity == Severity::Block && f.rule != CANNOT_BE_RENDERED);
    blocks.map(|f| format!("{}: {}", f.slot, f.message)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_other_draft_would_mend_is_not_drafted_again() {
        let block = |rule: &str| Finding {
            rule: rule.into(),
            severity: Severity::Block,
            slot: "body".into(),
            start: 0,
            end: 0,
            message: "Why.".into(),
            messages: Default::default(),
            fix: None,
        };
        assert_eq!(mendable(&[block(CANNOT_BE_RENDERED)]), Vec::<String>::new());
        assert_eq!(mendable(&[block(CANNOT_BE_RENDERED), block("core.x")]), ["body: Why."]);
    }
}
