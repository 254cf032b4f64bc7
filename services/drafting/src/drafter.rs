//! Drafts one asset: gathers its sources, lays out its skeleton, lets the model write, examines, and keeps the best.

use std::collections::HashSet;
use std::sync::Arc;

use countersign_domain::brand::Brand;
use countersign_domain::brief::Brief;
use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::id::UserId;
use countersign_domain::kit::Asset;
use countersign_domain::library::{Claim, Passage, PassageQuery};
use countersign_domain::place::{Locale, Market};
use countersign_domain::release::Context;
use countersign_domain::review::{Draft, Origin};
use countersign_engine::{DraftError, DraftEvent, DraftRequest, Engine, Forbidden, Grammar, Priority, SubmitError};
use countersign_library::index::Index;
use countersign_render::{Template, Templates};
use countersign_rules::{Packs, Place as RulePlace};

use crate::choose::{Candidate, best};
use crate::examine::Examiner;
use crate::grammar::lark;
use crate::prompt::{Ask, Prompt, PromptError, Prompts};
use crate::reply::{self, ReplyError};
use crate::skeleton::{Skeleton, lay_out};
use crate::sources::{Missing, Place, Sources, gather};

/// What drafting needs; clones share it.
#[derive(Clone, Debug)]
pub struct Drafter {
    engine: Engine,
    prompts: Arc<Prompts>,
    templates: Templates,
    packs: Packs,
    library: Arc<Index>,
}

/// One asset to be drafted, and what it may be drafted from.
#[derive(Clone, Debug)]
pub struct Task {
    pub brand: Brand,
    pub brief: Brief,
    pub claims: Vec<Claim>,
    /// The brand's live passages; the index is brought up to `passages_version` of them.
    pub passages: Arc<[Passage]>,
    pub passages_version: i64,
    pub asset_type: String,
    pub locale: Locale,
    pub market: Market,
    pub variant: u32,
    pub seed: u64,
    /// The time at which validity is judged.
    pub now: Timestamp,
    pub priority: Priority,
}

impl Task {
    /// Which part of the brief an asset is.
    #[must_use]
    pub fn place(&self) -> (&str, &Locale, Market) {
        (&self.asset_type, &self.locale, self.market)
    }

    /// The task for a stored asset.
    #[must_use]
    pub fn for_asset(asset: &Asset, brand: Brand, brief: Brief, claims: Vec<Claim>, passages: (Arc<[Passage]>, i64), now: Timestamp) -> Self {
        Self {
            brand,
            brief,
            claims,
            passages: passages.0,
            passages_version: passages.1,
            asset_type: asset.asset_type.clone(),
            locale: asset.locale.clone(),
            market: asset.market,
            variant: asset.variant,
            seed: asset.seed,
            now,
            priority: Priority::Bulk,
        }
    }
}

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum DraftingError {
    /// The job can be tried again.
    #[error("the engine is busy: {0}")]
    Busy(SubmitError),
    #[error("the engine: {0}")]
    Engine(#[from] DraftError),
    /// Trying again changes nothing; the sentence is for the marketer.
    #[error("{0}")]
    Impossible(String),
    #[error(transparent)]
    Prompt(#[from] PromptError),
    #[error("the library's index: {0}")]
    Library(String),
}

impl DraftingError {
    /// Whether the same job may succeed on another try.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        !matches!(self, Self::Impossible(_) | Self::Prompt(_))
    }
}

/// A draft with blocks is drafted again, at most so often, and then goes to review marked.
const REDRAFTS: u64 = 2;

impl Drafter {
    /// Chooses the prompts that fit the model.
    pub fn new(engine: Engine, templates: Templates, packs: Packs, library: Arc<Index>) -> Result<Self, PromptError> {
        let prompts = Arc::new(Prompts::for_model(engine.info())?);
        Ok(Self { engine, prompts, templates, packs, library })
    }

    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// `NAME sha256:…`, as revisions name their model.
    #[must_use]
    pub fn model(&self) -> String {
        format!("{} {}", self.engine.info().name, self.engine.info().digest)
    }

    /// Drafts `task` in the name of `asked_by`; `watch` gets the text of the first candidate as it is written.
    /// The same task gives the same draft.
    pub async fn draft(&self, task: &Task, asked_by: UserId, watch: impl Fn(String) + Send) -> Result<Draft, DraftingError> {
        let template = self.template(task)?;
        let context = self.context(task, template);
        let retrieved = self.retrieve(task).await?;
        let place = Place { locale: &task.locale, market: task.market, now: task.now };
        let sources = gather(&task.brand, &task.brief, &task.claims, &retrieved, place);
        let skeleton = lay_out(template, &sources, task.variant);
        let grammar = self.compile(&skeleton)?;
        let forbidden = self.forbidden(task, &context, &sources);
        let texts = self.source_texts(task, &sources);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let examiner = Examiner {
            packs: &self.packs,
            template,
            brand: &task.brand.sheet,
            context: &context,
            product: product_key(&sources),
            sources: &texts,
            now: task.now,
        };
        let mut kept: Option<Candidate> = None;
        let mut prompt_digest = Digest::of_bytes(b"");
        let mut wrong: Vec<String> = Vec::new();
        for round in 0..=REDRAFTS {
            let ask = Ask {
                brand: &task.brand,
                brief: &task.brief,
                asset_type: &task.asset_type,
                locale: &task.locale,
                market: task.market,
                sources: &sources,
                skeleton: &skeleton,
                findings: &wrong,
            };
            let prompt = self.prompt_text(&ask)?;
            prompt_digest = Digest::of_bytes(prompt.as_bytes());
            let written =
                self.candidates(task, &prompt, &grammar, &forbidden, round, &skeleton, &sources, &watch).await?;
            let examined = written.into_iter().map(|(content, mean_logprob)| {
                let findings = examiner.findings(&content);
                Candidate { content, findings, mean_logprob }
            });
            kept = best(kept.into_iter().chain(examined).collect());
            match &kept {
                Some(candidate) if candidate.blocks() == 0 => break,
                Some(candidate) => wrong = messages(&candidate.findings),
                None => {}
            }
        }
        let kept = kept.ok_or_else(|| {
            DraftingError::Impossible("the model wrote nothing that fits this asset's slots; shorten the brief's messages and claims".into())
        })?;
        Ok(self.finish(task, template, context, &sources, &skeleton, kept, prompt_digest, asked_by))
    }

    fn template(&self, task: &Task) -> Result<&Template, DraftingError> {
        let template = self.templates.get(&task.asset_type).ok_or_else(|| {
            DraftingError::Impossible(format!("there is no template for the asset type `{}`", task.asset_type))
        })?;
        if !self.prompts.settings().writes(&task.locale) {
            return Err(DraftingError::Impossible(format!(
                "the model {} writes {} only; {} needs a model that writes it (see docs/MODELS.md)",
                self.engine.info().name,
                self.prompts.settings().languages.join(", "),
                task.locale
            )));
        }
        let language = task.locale.language();
        if !template.locales().any(|known| known == language || known == task.locale.as_str()) {
            return Err(DraftingError::Impossible(format!(
                "the template {} has no locked texts in {}; it has {}",
                template.tag(),
                task.locale,
                template.locales().collect::<Vec<_>>().join(", ")
            )));
        }
        Ok(template)
    }

    fn context(&self, task: &Task, template: &Template) -> Context {
        Context {
            asset_type: task.asset_type.clone(),
            channel: template.channel.clone(),
            market: task.market,
            locale: task.locale.clone(),
            template: template.tag(),
            rules: self.packs.version(),
            brand: task.brand.sheet.identity.clone(),
        }
    }

    async fn retrieve(&self, task: &Task) -> Result<Vec<(Passage, f32)>, DraftingError> {
        let query = PassageQuery {
            brand: task.brand.id,
            text: query_text(task),
            product: task.brand.product(&task.brief.product).map(|p| p.key.clone()).unwrap_or_default(),
            locale: task.locale.clone(),
            market: task.market,
            now: task.now,
            limit: 6,
        };
        let (index, passages, version) = (Arc::clone(&self.library), Arc::clone(&task.passages), task.passages_version);
        let brand = task.brand.id;
        let hits = tokio::task::spawn_blocking(move || {
            index.sync(brand, version, &passages)?;
            index.search(&query).map(|hits| {
                hits.into_iter()
                    .filter_map(|hit| passages.iter().find(|p| p.id == hit.passage).map(|p| (p.clone(), hit.score)))
                    .collect()
            })
        })
        .await
        .map_err(|error| DraftingError::Library(error.to_string()))?;
        hits.map_err(|error| DraftingError::Library(error.to_string()))
    }

    fn compile(&self, skeleton: &Skeleton) -> Result<Grammar, DraftingError> {
        self.engine
            .compile_grammar(&lark(skeleton))
            .map_err(|error| DraftingError::Impossible(format!("the grammar of this asset does not compile: {error}")))
    }

    /// Names come by reference only, and what rules forbid as plain terms cannot be written at all.
    fn forbidden(&self, task: &Task, context: &Context, sources: &Sources) -> Forbidden {
        let sheet = &task.brand.sheet;
        let place = RulePlace::of(context, product_key(sources), task.now);
        let mut terms = self.packs.forbidden_terms(&place);
        terms.extend(sheet.products.iter().map(|product| product.name.clone()));
        terms.push(sources.product.text.clone());
        for list in [&sheet.protected_names, &sheet.competitors, &sheet.forbidden_terms] {
            terms.extend(list.iter().cloned());
        }
        // The names of slots and references are part of every reply; a term among them is left to the rules.
        let structure = structure_words(context, &self.templates);
        terms.retain(|term| !structure.contains(&term.trim().to_lowercase()));
        Forbidden::new(&terms, &[])
    }

    fn source_texts(&self, task: &Task, sources: &Sources) -> Vec<String> {
        let mut texts: Vec<String> = sources.all().map(|source| source.bound.text.clone()).collect();
        texts.push(sources.product.text.clone());
        texts.extend(task.brand.sheet.products.iter().map(|product| product.name.clone()));
        texts
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

    #[expect(clippy::too_many_arguments, reason = "the parts of one round, each borrowed from the draft above")]
    async fn candidates(
        &self,
        task: &Task,
        prompt: &str,
        grammar: &Grammar,
        forbidden: &Forbidden,
        round: u64,
        skeleton: &Skeleton,
        sources: &Sources,
        watch: &(impl Fn(String) + Send),
    ) -> Result<Vec<(countersign_domain::content::Content, f32)>, DraftingError> {
        let settings = self.prompts.settings();
        let count = u64::from(settings.candidates);
        let mut handles = Vec::new();
        for candidate in 0..count {
            let request = DraftRequest {
                prompt: prompt.to_owned(),
                grammar: grammar.clone(),
                forbidden: forbidden.clone(),
                sampling: settings.sampling(),
                seed: task.seed,
                stream: round * count + candidate,
                max_tokens: settings.max_tokens,
                priority: task.priority,
            };
            match self.engine.submit(request) {
                Ok(handle) => handles.push(handle),
                Err(error @ (SubmitError::Overloaded { .. } | SubmitError::Stopped)) => return Err(DraftingError::Busy(error)),
                Err(error) => return Err(DraftingError::Impossible(format!("this brief cannot be given to the model: {error}"))),
            }
        }
        let mut written = Vec::new();
        for (i, mut handle) in handles.into_iter().enumerate() {
            let mut text = String::new();
            while let Some(event) = handle.next().await {
                match event {
                    DraftEvent::Text(more) if i == 0 && round == 0 => {
                        text.push_str(&more);
                        watch(reply::so_far(&text, sources));
                    }
                    DraftEvent::Finished(output) => match reply::read(&output.text, skeleton, sources) {
                        Ok(content) => written.push((content, output.mean_logprob)),
                        Err(error) => log_refused(&error),
                    },
                    // One candidate that got stuck or ran long is one candidate fewer.
                    DraftEvent::Failed(error @ (DraftError::Stopped | DraftError::Cancelled)) => return Err(error.into()),
                    DraftEvent::Failed(error) => tracing::debug!(error = %error, "draft.candidate.failed"),
                    DraftEvent::Started { .. } | DraftEvent::Text(_) => {}
                }
            }
        }
        Ok(written)
    }

    #[expect(clippy::too_many_arguments, reason = "a draft is made of exactly these")]
    fn finish(
        &self,
        task: &Task,
        template: &Template,
        context: Context,
        sources: &Sources,
        skeleton: &Skeleton,
        kept: Candidate,
        prompt: Digest,
        asked_by: UserId,
    ) -> Draft {
        let slot = template.slots.last().map(|slot| slot.name.as_str()).unwrap_or_default();
        let mut findings = kept.findings;
        findings.extend(sources.missing.iter().map(|missing| missing_finding(missing, slot)));
        if sources.all().next().is_none() {
            findings.push(note(Severity::Error, "drafting.no_sources", slot,
                format!("Nothing in {} supports this draft: the brief has no message or claim in this language and the library no passage. It says nothing specific.", task.locale)));
        }
        for reference in &skeleton.left_out {
            findings.push(note(Severity::Warn, "drafting.left_out", slot,
                format!("`{reference}` did not fit the length of this asset and was left out.")));
        }
        let used = skeleton.references();
        let mut notes = sources.notes();
        for note in &mut notes {
            if !used.contains(&note.reference) {
                note.reference.clear();
            }
        }
        Draft {
            content: kept.content,
            origin: Origin::Drafted { asked_by, model: self.model(), prompt, seed: task.seed },
            context,
            findings,
            sources: notes,
        }
    }
}

/// The words that the JSON of a reply and its references are written with.
fn structure_words(context: &Context, templates: &Templates) -> HashSet<String> {
    let slots = templates.get(&context.asset_type).into_iter().flat_map(|template| &template.slots);
    let names = ["product", "name", "partner", "display_name", "display", "message", "claim", "passage"];
    slots.map(|slot| slot.name.clone()).chain(names.map(str::to_owned)).collect()
}

fn log_refused(error: &ReplyError) {
    // The error names slots and references, never the draft's text.
    match error {
        ReplyError::Json(_) => tracing::debug!("draft.candidate.unreadable"),
        ReplyError::Slots { .. } | ReplyError::Reference { .. } => tracing::debug!(error = %error, "draft.candidate.refused"),
    }
}

fn product_key(sources: &Sources) -> &str {
    sources.product.source.strip_prefix("product:").filter(|key| *key != "brief").unwrap_or(&sources.product.text)
}

/// What retrieval is asked: the words of the brief that are in this language.
fn query_text(task: &Task) -> String {
    let brief = &task.brief;
    let mut words = vec![brief.product.as_str()];
    words.extend(brief.messages.iter().filter_map(|message| message.for_locale(&task.locale, &brief.language)));
    if brief.language.language() == task.locale.language() {
        words.extend([brief.objective.as_str(), brief.audience.as_str()]);
    }
    words.join(" ")
}

fn messages(findings: &[Finding]) -> Vec<String> {
    findings.iter().filter(|f| f.severity == Severity::Block).map(|f| format!("{}: {}", f.slot, f.message)).collect()
}

fn missing_finding(missing: &Missing, slot: &str) -> Finding {
    note(Severity::Warn, "drafting.missing_source", slot, format!("{} was not used: {}.", capital(&missing.what), missing.why))
}

fn note(severity: Severity, rule: &str, slot: &str, message: String) -> Finding {
    Finding { rule: rule.to_owned(), severity, slot: slot.to_owned(), start: 0, end: 0, message, fix: None }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
