//! Drafts one asset: gathers its sources, lays out its skeleton, lets the model write, examines, and keeps the best.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_domain::brand::Brand;
use countersign_domain::brief::Brief;
use countersign_domain::brief::refer::fill;
use countersign_domain::clock::Timestamp;
use countersign_domain::content::Content;
use countersign_domain::digest::Digest;
use countersign_domain::id::{BrandId, UserId};
use countersign_domain::kit::Asset;
use countersign_domain::library::{Claim, Passage, PassageQuery};
use countersign_domain::place::{Locale, Market};
use countersign_domain::release::Context;
use countersign_domain::review::{Draft, Origin};
use countersign_domain::wording::Reader;
use countersign_engine::{DraftError, Engine, Priority, SubmitError};
use countersign_library::index::{Hit, Index, IndexError};
use countersign_render::{Template, Templates};
use countersign_rules::Packs;

use crate::examine::{AI_GENERATED, Examiner};
use crate::fill_in::fill_in;
use crate::grounds::Grounds;
use crate::held::Kept;
use crate::notes;
use crate::prompt::{PromptError, Prompts};
use crate::share::share;
use crate::sources::{Place, Sources, gather, same_language};
use crate::text::{TextAsk, Written};
use crate::told::{Approved, Told};

/// What drafting needs; clones share it.
#[derive(Clone, Debug)]
pub struct Drafter {
    pub(crate) engine: Engine,
    pub(crate) prompts: Arc<Prompts>,
    templates: Templates,
    pub(crate) packs: Packs,
    library: Arc<Index>,
    pub(crate) kept: Arc<Kept>,
    approved: Arc<Mutex<Shelves>>,
    pub(crate) figures: Figures,
}

/// What was approved, by brand and locale, with the version of the brand's passages.
type Shelves = HashMap<(BrandId, Locale), (i64, Approved)>;

/// Where the figures of a draft's free text come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Figures {
    /// From references alone: free text has no digit.
    #[default]
    References,
    /// Also from free text, but only as they stand in what the draft draws on.
    Sources,
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
    /// What the kit's assets in this locale say that come before this one in its plan. The same kit gives the same drafts
    /// when each waits for those before it.
    pub earlier: Arc<[Content]>,
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
    pub fn for_asset(
        asset: &Asset,
        brand: Brand,
        brief: Brief,
        claims: Vec<Claim>,
        passages: (Arc<[Passage]>, i64),
        earlier: Arc<[Content]>,
        now: Timestamp,
    ) -> Self {
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
            earlier,
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

/// So many passages are looked at for a draft.
const PASSAGES_LOOKED_AT: usize = 6;

impl Drafter {
    /// Chooses the prompts that fit the model.
    pub fn new(engine: Engine, templates: Templates, packs: Packs, library: Arc<Index>) -> Result<Self, PromptError> {
        let prompts = Arc::new(Prompts::for_model(engine.info())?);
        Ok(Self {
            engine,
            prompts,
            templates,
            packs,
            library,
            kept: Arc::default(),
            approved: Arc::default(),
            figures: Figures::default(),
        })
    }

    /// The same, with another answer to where figures come from.
    #[must_use]
    pub fn with_figures(self, figures: Figures) -> Self {
        Self { figures, ..self }
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
    pub async fn draft(
        &self,
        task: &Task,
        asked_by: UserId,
        watch: impl Fn(String) + Send,
    ) -> Result<Draft, DraftingError> {
        let template = self.template(task)?;
        let context = self.context(task, template);
        let retrieved = self.retrieve(task).await?;
        let place = Place { locale: &task.locale, market: task.market, now: task.now };
        let sources = gather(&task.brand, &task.brief, &task.claims, &retrieved, place);
        let passages: Vec<Passage> = retrieved.iter().map(|(passage, _)| passage.clone()).collect();
        let grounds = Grounds::of_draft(&sources, &task.claims, &passages, &task.brand);
        let examiner = Examiner {
            packs: &self.packs,
            template,
            brand: &task.brand.sheet,
            context: &context,
            product: product_key(&sources),
            sources: &grounds.sources(),
            original: None,
            metadata: &[AI_GENERATED],
            now: task.now,
        };
        let texts = template.texts.iter().map(|text| Some(text.name.as_str()));
        let texts: Vec<Option<&str>> = if template.texts.is_empty() { vec![None] } else { texts.collect() };
        let told = Told::of(task.earlier.iter(), self.approved(task));
        let mut asset = Written::default();
        for (at, text) in texts.iter().enumerate() {
            let own = share(&sources, at, texts.len());
            let ask = TextAsk {
                task,
                template,
                context: &context,
                examiner: &examiner,
                text: *text,
                at,
                sources: &own,
                told: &told,
            };
            self.write(&ask, &mut asset, &watch).await?;
        }
        let missing = fill_in(template, &sources, &mut asset.content);

        let slot = template.slots.last().map(|slot| slot.name.as_str()).unwrap_or_default();
        let mut findings = examiner.findings(&asset.content);
        findings.extend(missing);
        findings.extend(notes::evasions(&asset.content, &asset.evasions));
        findings.extend(notes::findings(&sources, &asset.skeleton, &task.locale, slot));
        let prompt = Digest::of_bytes(asset.prompts.as_bytes());
        Ok(Draft {
            content: asset.content,
            origin: Origin::Drafted { asked_by, model: self.model(), prompt, seed: task.seed },
            findings,
            sources: notes::sources(&sources, &asset.skeleton, &task.locale),
            context,
        })
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

    /// What was approved in the task's locale; read again only when the brand's passages have changed.
    fn approved(&self, task: &Task) -> Approved {
        let key = (task.brand.id, task.locale.clone());
        let known = || self.approved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, approved)) = known().get(&key)
            && *version == task.passages_version
        {
            return approved.clone();
        }
        let own = task.passages.iter().filter(|passage| passage.locale == task.locale);
        let approved = Approved::of(own.map(|passage| passage.text.as_str()));
        known().insert(key, (task.passages_version, approved.clone()));
        approved
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
        let query = |product: &str, locale: &Locale| PassageQuery {
            brand: task.brand.id,
            text: query_text(task),
            product: product.to_owned(),
            locale: locale.clone(),
            market: task.market,
            now: task.now,
            limit: PASSAGES_LOOKED_AT,
        };
        // A passage may name its product by the key or by the name.
        let products = match task.brand.product(&task.brief.product) {
            Some(product) if product.name == product.key => vec![product.key.as_str()],
            Some(product) => vec![product.key.as_str(), product.name.as_str()],
            None => vec![""],
        };
        // The locale's own passages; those of an allowed fallback only where it has none.
        let allowed = same_language(task.brand.sheet.fallbacks_of(&task.locale), &task.locale);
        let locales = std::iter::once(&task.locale).chain(allowed);
        let queries: Vec<Vec<PassageQuery>> =
            locales.map(|locale| products.iter().map(|product| query(product, locale)).collect()).collect();
        let (index, passages, version) = (Arc::clone(&self.library), Arc::clone(&task.passages), task.passages_version);
        let brand = task.brand.id;
        let hits = tokio::task::spawn_blocking(move || {
            index.sync(brand, version, &passages)?;
            let mut hits: Vec<Hit> = Vec::new();
            for queries in queries {
                for hit in queries.iter().map(|query| index.search(query)).collect::<Result<Vec<_>, _>>()?.concat() {
                    if !hits.iter().any(|known| known.passage == hit.passage) {
                        hits.push(hit);
                    }
                }
                if !hits.is_empty() {
                    break;
                }
            }
            hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage)));
            hits.truncate(PASSAGES_LOOKED_AT);
            let found = |hit: &Hit| passages.iter().find(|p| p.id == hit.passage).map(|p| (p.clone(), hit.score));
            Ok::<_, IndexError>(hits.iter().filter_map(found).collect())
        })
        .await
        .map_err(|error| DraftingError::Library(error.to_string()))?;
        hits.map_err(|error| DraftingError::Library(error.to_string()))
    }
}

pub(crate) fn product_key(sources: &Sources) -> &str {
    sources.product.source.strip_prefix("product:").filter(|key| *key != "brief").unwrap_or(&sources.product.text)
}

/// What retrieval is asked: the words of the brief that are in this language.
fn query_text(task: &Task) -> String {
    let brief = &task.brief;
    let fallbacks = task.brand.sheet.fallbacks_of(&task.locale);
    let reader = Reader { locale: &task.locale, language: &brief.language, fallbacks };
    let mut words = vec![brief.product.as_str()];
    words.extend(brief.messages.iter().filter_map(|message| message.found(&reader)).map(|found| found.text));
    if brief.language.language() == task.locale.language() {
        words.extend([brief.objective.as_str(), brief.audience.as_str()]);
    }
    // The names of values are no words of the brief.
    fill(&words.join(" "), |_| Some(String::new())).unwrap_or_default()
}
