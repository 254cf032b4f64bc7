//! Prompts: the families in prompts/, which one fits a model, and its rendering for one asset.

use std::collections::BTreeMap;

use countersign_domain::brand::Brand;
use countersign_domain::brief::refer::fill;
use countersign_domain::brief::{Brief, ClaimForm};
use countersign_domain::place::{Locale, Market};
use countersign_domain::wording::Wording;
use countersign_engine::{ChatMessage, ModelInfo, Sampling};
use include_dir::{Dir, include_dir};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};

use crate::guidance;
use crate::naming;
use crate::outline::{MOST_SLOTS, clipped, letter, outline};
use crate::skeleton::{Skeleton, SlotPlan};
use crate::sources::Sources;
use crate::tune::{Tuning, Words};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../prompts");

/// The name by which the bundled model, and whatever is trained like it, is known.
pub const STARTER: &str = "countersign-starter";

#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    #[error("prompts/{file}: {reason}")]
    Broken { file: String, reason: String },
    #[error(
        "the model `{0}` brings no chat template and is not the starter model, so there is no prompt for it; use a model with a chat template"
    )]
    NoFamily(String),
    #[error("prompts/{file}: {cause:#}")]
    Render { file: String, cause: minijinja::Error },
}

/// How a family is sampled.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Languages that the family writes; empty means all that there are templates for.
    pub languages: Vec<String>,
    /// Drafts made of each asset, of which the best is kept.
    pub candidates: u32,
    pub max_tokens: usize,
    temperature: f32,
    top_p: f32,
    min_p: f32,
    repetition_penalty: f32,
}

impl Settings {
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            min_p: self.min_p,
            repetition_penalty: self.repetition_penalty,
        }
    }

    #[must_use]
    pub fn writes(&self, locale: &Locale) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|language| language == locale.language())
    }
}

/// The prompts of one family.
#[derive(Debug)]
pub struct Prompts {
    family: Family,
    settings: Settings,
    environment: Environment<'static>,
}

#[derive(Debug)]
enum Family {
    Starter(Box<Words>),
    Instruct,
}

impl Family {
    fn folder(&self) -> &'static str {
        match self {
            Self::Starter(_) => "starter",
            Self::Instruct => "instruct",
        }
    }
}

/// A prompt: text to continue, or messages for the model's own chat template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    Text(String),
    Chat(Vec<ChatMessage>),
}

/// What a prompt is rendered from.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub brand: &'a Brand,
    pub brief: &'a Brief,
    pub asset_type: &'a str,
    pub locale: &'a Locale,
    pub market: Market,
    pub sources: &'a Sources,
    pub skeleton: &'a Skeleton,
    /// Which of the asset's texts this is, by its title; empty where it has only one.
    pub text: &'a str,
    /// The asset's texts before this one.
    pub earlier: &'a [String],
    /// What slots of this text that are written before say, references as they are written.
    pub said: &'a str,
    /// What was wrong with the drafts before this one.
    pub findings: &'a [String],
}

impl Prompts {
    /// The family that fits `model`.
    pub fn for_model(model: &ModelInfo) -> Result<Self, PromptError> {
        if model.name.starts_with(STARTER) {
            Self::starter()
        } else if model.chat_template {
            Self::instruct()
        } else {
            Err(PromptError::NoFamily(model.name.clone()))
        }
    }

    pub fn starter() -> Result<Self, PromptError> {
        let file = "starter/words.toml";
        let words = Words::parse(read(file)?).map_err(|error| broken(file, &error))?;
        Self::load(Family::Starter(Box::new(words)), &["draft.jinja"])
    }

    pub fn instruct() -> Result<Self, PromptError> {
        Self::load(Family::Instruct, &["system.jinja", "user.jinja"])
    }

    fn load(family: Family, files: &[&str]) -> Result<Self, PromptError> {
        let folder = family.folder();
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        for name in files {
            let file = format!("{folder}/{name}");
            environment
                .add_template((*name).to_owned().leak(), read(&file)?)
                .map_err(|cause| PromptError::Render { file, cause })?;
        }
        let file = format!("{folder}/settings.toml");
        let settings = toml::from_str(read(&file)?).map_err(|error| broken(&file, &error))?;
        Ok(Self { family, settings, environment })
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Gives the slots that are written at once the names that the model knows: a small one knows letters.
    pub fn key(&self, slots: &mut [SlotPlan]) {
        if matches!(self.family, Family::Starter(_)) {
            slots.iter_mut().enumerate().for_each(|(at, slot)| slot.key = letter(at).to_owned());
        }
    }

    /// The most slots that the model writes at once.
    pub(crate) fn most_slots(&self) -> usize {
        match self.family {
            Family::Starter(_) => MOST_SLOTS,
            Family::Instruct => usize::MAX,
        }
    }

    /// Decides where a text names its product and its partner. A small model names them nowhere else.
    pub fn name(&self, skeleton: &mut Skeleton, product: &str, seed: u64) {
        naming::name(skeleton, product, seed, matches!(self.family, Family::Starter(_)));
    }

    /// Values of the starter's closed sets, as `below` draws them; the first of each for another family.
    pub(crate) fn any_tuning(&self, below: impl FnMut(usize) -> usize) -> Tuning {
        match &self.family {
            Family::Starter(words) => words.any(below),
            Family::Instruct => Tuning::default(),
        }
    }

    /// `plain` makes what people wrote harmless to the model's control tokens.
    pub fn render(&self, ask: &Ask<'_>, plain: impl Fn(&str) -> String) -> Result<Prompt, PromptError> {
        match &self.family {
            Family::Starter(words) => self.starter_text(words, ask).map(Prompt::Text),
            Family::Instruct => {
                let values = InstructValues::new(ask, plain);
                let system = self.fill("system.jinja", &values)?;
                let user = self.fill("user.jinja", &values)?;
                Ok(Prompt::Chat(vec![ChatMessage::new("system", system), ChatMessage::new("user", user)]))
            }
        }
    }

    /// Only values of closed sets, names of references and what the model itself has written reach this prompt: nothing that a
    /// person wrote.
    fn starter_text(&self, words: &Words, ask: &Ask<'_>) -> Result<String, PromptError> {
        let brief = ask.brief;
        // Whatever the language: the drafts of a kit speak of the same thing in all their locales.
        // What values are called tells nothing of it.
        let said: Vec<String> =
            wordings(brief).map(|text| fill(text, |_| Some(String::new())).unwrap_or_default()).collect();
        let mut about: Vec<&str> = said.iter().map(String::as_str).collect();
        // The library's claims are in the brief by their keys only.
        let of_library = ask.sources.claims.iter().filter(|claim| !claim.bound.source.starts_with("claim:brief."));
        about.extend(of_library.map(|claim| claim.bound.text.as_str()));
        about.extend([brief.product.as_str(), &brief.objective]);
        let tuning = words.tune(&about, &brief.audience, &brief.objective, &brief.tone);
        self.starter_prompt(ask.locale.language(), &tuning, ask.skeleton, clipped(ask.said.trim_end()))
    }

    /// The starter's prompt for the slots of `run`, in the light of what others say.
    pub(crate) fn starter_prompt(
        &self,
        language: &str,
        tuning: &Tuning,
        run: &Skeleton,
        said: &str,
    ) -> Result<String, PromptError> {
        let outline = outline(run);
        let values = BTreeMap::from([
            ("lang", language),
            ("topic", &tuning.topic),
            ("audience", &tuning.audience),
            ("objective", &tuning.objective),
            ("tone", &tuning.tone),
            ("outline", outline.as_str()),
            ("said", said),
        ]);
        self.fill("draft.jinja", &values)
    }

    fn fill<C: Serialize>(&self, name: &str, values: &C) -> Result<String, PromptError> {
        self.fill_value(name, minijinja::Value::from(Serde(values)))
    }

    fn fill_value(&self, name: &str, values: minijinja::Value) -> Result<String, PromptError> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(values))
            .map_err(|cause| PromptError::Render { file: format!("{}/{name}", self.family.folder()), cause })
    }
}

#[derive(Debug, Serialize)]
struct InstructValues {
    brand: String,
    voice: String,
    language: String,
    locale: String,
    market: String,
    asset_type: String,
    audience: String,
    objective: String,
    tone: String,
    /// How readers are addressed; empty where the brand does not say.
    formality: String,
    /// The brand's terms that this asset may need.
    glossary: Vec<String>,
    sources: Vec<NamedText>,
    findings: Vec<String>,
    /// Which of the asset's texts, where it has several.
    text: String,
    /// What is written of it already.
    earlier: Vec<String>,
    slots: Vec<SlotAsk>,
}

/// A slot as a model is asked for it.
#[derive(Debug, Serialize)]
struct SlotAsk {
    key: String,
    length: String,
    guide: String,
}

#[derive(Debug, Serialize)]
struct NamedText {
    name: String,
    text: String,
}

impl InstructValues {
    fn new(ask: &Ask<'_>, plain: impl Fn(&str) -> String) -> Self {
        let used = ask.skeleton.references();
        let named = |name: &str, text: &str| NamedText { name: format!("{{{{{name}}}}}"), text: plain(text) };
        let mut sources = vec![named("product.name", &ask.sources.product.text)];
        sources.extend(
            ask.sources
                .all()
                .filter(|source| used.contains(&source.bound.reference))
                .map(|source| named(&source.bound.reference, &source.bound.text)),
        );
        // A term is looked for in what this asset draws on, and in the brief's wordings of any language.
        let mut texts: Vec<&str> = ask.sources.texts().collect();
        texts.extend(wordings(ask.brief));
        let glossary = guidance::glossary(&ask.brand.sheet, ask.locale, &texts);
        Self {
            brand: plain(&ask.brand.sheet.identity.name),
            voice: plain(&ask.brand.sheet.voice),
            language: ask.locale.language().to_owned(),
            locale: ask.locale.to_string(),
            market: ask.market.to_string(),
            asset_type: ask.asset_type.replace('_', " "),
            audience: plain(&ask.brief.audience),
            objective: plain(&ask.brief.objective),
            tone: plain(&ask.brief.tone),
            formality: guidance::formality(&ask.brand.sheet, ask.locale),
            glossary: glossary.iter().map(|line| plain(line)).collect(),
            sources,
            findings: ask.findings.iter().map(|finding| plain(finding)).collect(),
            text: plain(ask.text),
            earlier: ask.earlier.iter().map(|text| plain(text)).collect(),
            slots: (ask.skeleton.slots.iter())
                .map(|slot| SlotAsk { key: slot.key.clone(), length: slot.length.clone(), guide: plain(&slot.guide) })
                .collect(),
        }
    }
}

/// The brief's messages and claims in every language.
fn wordings(brief: &Brief) -> impl Iterator<Item = &str> {
    let claims = brief.claims.iter().flat_map(|claim| match claim {
        ClaimForm::Full(full) => full.text.texts(),
        ClaimForm::Plain(text) => vec![text.as_str()],
    });
    brief.messages.iter().flat_map(Wording::texts).chain(claims)
}

fn read(file: &str) -> Result<&'static str, PromptError> {
    EMBEDDED
        .get_file(file)
        .and_then(|file| file.contents_utf8())
        .ok_or_else(|| PromptError::Broken { file: file.to_owned(), reason: "is not there".to_owned() })
}

fn broken(file: &str, error: &toml::de::Error) -> PromptError {
    PromptError::Broken { file: file.to_owned(), reason: error.to_string() }
}
