//! One text of an asset, in rounds: the model writes candidates, the rules examine them, the best is kept, and one with a
//! block is drafted again. An email is one text; of a sequence each email is.

use std::sync::Arc;

use countersign_domain::content::{Content, SlotText};
use countersign_domain::digest::Digest;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::release::Context;
use countersign_engine::{Bounds, CompiledBounds, CountedLength, ForbiddenTerms, Grammar, Unit as Counting};
use countersign_render::{Template, Unit, count};
use countersign_rules::{BrandTerms, Place as RulePlace};

use crate::choose::{Candidate, best, cut, evasions, repeats, whole};
use crate::drafter::{Drafter, DraftingError, Task, product_key};
use crate::examine::{CANNOT_BE_RENDERED, Examiner};
use crate::figures;
use crate::grammar::lark;
use crate::plan::seed_of;
use crate::prompt::{Ask, Prompt};
use crate::rounds::Rounds;
use crate::skeleton::{Skeleton, lay_out};
use crate::sources::Sources;
use crate::terms::{self, Terms};

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
        let template = ask.template.in_context(ask.context);
        let mut skeleton = lay_out(&template, ask.text, sources, task.variant);
        for (plan, slot) in
            skeleton.slots.iter_mut().zip(template.slots_of(ask.text).filter(|slot| slot.from.is_none()))
        {
            plan.key = self.prompts.key(slot);
        }
        for (at, run) in self.prompts.runs(&skeleton).into_iter().enumerate() {
            let slots = run.into_iter().map(|slot| skeleton.slots[slot].clone()).collect();
            let run = Skeleton { slots, left_out: Vec::new() };
            self.write_run(ask, &template, &run, at, asset, watch).await?;
        }
        asset.skeleton.join(skeleton);
        Ok(())
    }

    /// Writes some slots of a text in rounds and adds the best of them.
    async fn write_run(
        &self,
        ask: &TextAsk<'_>,
        template: &Template,
        run: &Skeleton,
        at: usize,
        asset: &mut Written,
        watch: &(impl Fn(String) + Send),
    ) -> Result<(), DraftingError> {
        let TextAsk { task, sources, .. } = *ask;
        let terms = Terms::sort(self.forbidden(ask), run);
        let rounds = Rounds {
            engine: &self.engine,
            settings: self.prompts.settings(),
            grammar: self.compile(run, &terms)?,
            bounds: self.bounds(&terms, template, run, sources)?,
            skeleton: run,
            sources,
            seed: ask.seed(at),
            priority: task.priority,
        };
        let title = template.texts.iter().find(|text| Some(text.name.as_str()) == ask.text);
        let title = title.map(|text| text.title("en").to_owned()).unwrap_or_default();
        let earlier: Vec<String> = asset.content.slots.values().map(SlotText::plain).collect();
        let examine = |content: Content, mean_logprob| Candidate {
            findings: ask.findings(&content, run),
            evasions: evasions(&content, figures::of_language(task.locale.language())),
            repeats: repeats(&content, &asset.content),
            cut: cut(&content, run),
            content,
            mean_logprob,
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
                findings: &wrong,
            })?;
            let written = rounds.write(round, &prompt, watch).await?;
            seen.extend(written.into_iter().map(|(content, mean_logprob)| examine(content, mean_logprob)));
            kept = best(seen.clone()).map(|candidate| whole(candidate, &seen, &asset.content, &examine));
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

    fn compile(&self, skeleton: &Skeleton, terms: &Terms) -> Result<Grammar, DraftingError> {
        self.engine
            .compile_grammar(&lark(skeleton, &terms.barred))
            .map_err(|error| DraftingError::Impossible(format!("the grammar of this asset does not compile: {error}")))
    }

    /// Forbidden terms bind every slot; a length in words binds its own from above: a small model that
    /// has said what it has to say and must go on writes nonsense, and what is short is told by a rule.
    fn bounds(
        &self,
        terms: &Terms,
        template: &Template,
        skeleton: &Skeleton,
        sources: &Sources,
    ) -> Result<CompiledBounds, DraftingError> {
        let impossible = |error| DraftingError::Impossible(format!("the forbidden terms of this asset: {error}"));
        let forbidden = ForbiddenTerms::new(terms.forbidden.iter().map(String::as_str)).map_err(impossible)?;
        let mut bounds = Bounds::default().in_every_slot(Arc::new(forbidden));
        for plan in &skeleton.slots {
            let Some(slot) = template.slot(&plan.name).filter(|slot| slot.limit.unit == Unit::Words) else { continue };
            let too_long = |error| {
                let name = &plan.name;
                DraftingError::Impossible(format!(
                    "slot `{name}`: what the brief gives does not fit its length: {error}"
                ))
            };
            let values: Vec<(String, usize)> = std::iter::once(&sources.product)
                .chain(sources.all().map(|source| &source.bound))
                .map(|bound| (format!("{{{{{}}}}}", bound.reference), count(Unit::Words, &bound.text)))
                .collect();
            let length = CountedLength::new(Counting::Words, 0, slot.limit.max)
                .and_then(|length| length.with_references(values.iter().map(|(name, words)| (name.as_str(), *words))))
                .map_err(too_long)?;
            bounds = bounds.in_slots([plan.key.as_str()], Arc::new(length)).map_err(too_long)?;
        }
        self.engine.compile_bounds(&bounds).map_err(impossible)
    }

    /// Names come by reference only; what rules forbid as plain terms, and figures in words, cannot be written at all.
    fn forbidden(&self, ask: &TextAsk<'_>) -> Vec<String> {
        let TextAsk { task, context, sources, .. } = *ask;
        let sheet = &task.brand.sheet;
        let place = RulePlace::of(context, product_key(sources), task.now);
        let mut terms = self.packs.forbidden_terms(&place, &BrandTerms::of(sheet));
        terms.extend(terms::never_written(sheet, &sources.product.text, task.locale.language()));
        terms
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
            fix: None,
        };
        assert_eq!(mendable(&[block(CANNOT_BE_RENDERED)]), Vec::<String>::new());
        assert_eq!(mendable(&[block(CANNOT_BE_RENDERED), block("core.x")]), ["body: Why."]);
    }
}
