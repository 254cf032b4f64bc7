//! The starter model, loaded once, and tasks for it.

use std::sync::{Arc, LazyLock};

use countersign_domain::brand::{Brand, BrandSheet};
use countersign_domain::brief::{Brief, BriefForm};
use countersign_domain::clock::Timestamp;
use countersign_domain::id::{BrandId, CountingIds, UserId};
use countersign_domain::review::Draft;
use countersign_drafting::drafter::{Drafter, DraftingError, Task};
use countersign_drafting::prompt::STARTER;
use countersign_engine::{Engine, EngineOptions, ModelSource, Priority};
use countersign_library::index::Index;
use countersign_render::Templates;
use countersign_rules::Packs;
use serde_json::{Value, json};

pub const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let gguf: &[u8] = include_bytes!("../../../../models/starter/starter.gguf");
    let tokenizer: &[u8] = include_bytes!("../../../../models/starter/tokenizer.json");
    // Tests run at once; nothing here is about a full queue.
    let options = EngineOptions { queue_depth: 512, ..EngineOptions::default() };
    Engine::start(ModelSource::bytes(STARTER, gguf, tokenizer), options).unwrap()
});

pub fn engine() -> Engine {
    ENGINE.clone()
}

/// A drafter with an index of its own.
#[derive(Debug)]
pub struct World {
    pub drafter: Drafter,
    _folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let index = Arc::new(Index::open(folder.path()).unwrap());
        let templates = Templates::embedded().unwrap();
        let drafter = Drafter::new(engine(), templates, Packs::embedded().unwrap(), index).unwrap();
        Self { drafter, _folder: folder }
    }

    pub async fn draft(&self, task: &Task) -> Result<Draft, DraftingError> {
        self.drafter.draft(task, UserId::new(&CountingIds::default(), NOW), |_| {}).await
    }
}

/// A brief from JSON; locales and asset types come by themselves.
pub fn brief(mut form: Value) -> Brief {
    let fields = form.as_object_mut().unwrap();
    fields.entry("product").or_insert(json!("Fjord Backup"));
    fields.entry("locales").or_insert(json!(["en-US", "de-DE"]));
    fields.insert("asset_types".into(), json!(["email", "linkedin_post", "x_post"]));
    serde_json::from_value::<BriefForm>(form).unwrap().check(&["email", "linkedin_post", "x_post"]).unwrap()
}

pub fn brand(sheet: BrandSheet) -> Brand {
    Brand { id: BrandId::new(&CountingIds::default(), NOW), slug: "nordwind".into(), sheet }
}

pub fn task(brand: &Brand, brief: &Brief, asset_type: &str, locale: &str, seed: u64) -> Task {
    Task {
        brand: brand.clone(),
        brief: brief.clone(),
        claims: Vec::new(),
        passages: Arc::from([]),
        passages_version: 1,
        asset_type: asset_type.into(),
        locale: locale.parse().unwrap(),
        market: locale[3..].parse().unwrap(),
        variant: 1,
        seed,
        earlier: Arc::from([]),
        now: NOW,
        priority: Priority::Bulk,
    }
}

fn both(en: &str, de: &str) -> Value {
    json!({"en": en, "de": de})
}

fn claim(en: &str, de: &str) -> Value {
    json!({"text": both(en, de), "source": "audit"})
}

/// Exactly 300 characters, a sentence or a phrase.
fn long(word: &str, end: &str) -> String {
    let mut text = "It keeps ".to_owned();
    while text.chars().count() + word.len() + end.len() < 300 {
        text.push_str(word);
        text.push(' ');
    }
    while text.chars().count() + end.len() < 300 {
        text.push('o');
    }
    text + end
}

/// Briefs of every shape, by name, each with the brand it is for.
pub fn briefs() -> Vec<(&'static str, Brand, Brief)> {
    let plain = || brand(BrandSheet::default());
    let messages = json!([both("Backups are checked every night.", "Sicherungen werden jede Nacht geprüft.")]);
    let claims = json!([claim("It restores 12 servers an hour.", "Es stellt 12 Server in der Stunde wieder her.")]);
    let named = |product: &str| brief(json!({"product": product, "messages": messages, "claims": claims}));
    let strict = BrandSheet {
        forbidden_terms: [
            "your", "you", "security", "time", "Ihre", "Sie", "sicher", "Zeit", "body", "claim", "\":\"", "}}", "n",
            "7",
        ]
        .map(str::to_owned)
        .to_vec(),
        competitors: vec!["Subject".into(), "Glacier".into()],
        ..BrandSheet::default()
    };
    let many = |kind: &str, count: usize, end: &str| -> Vec<Value> {
        (0..count).map(|i| both(&long(&format!("{kind}{i}"), end), &long(&format!("{kind}{i}"), end))).collect()
    };
    let full: Vec<Value> = many("claim", 8, ".").into_iter().map(|text| json!({"text": text, "source": "x"})).collect();
    vec![
        ("no sources", plain(), brief(json!({}))),
        ("messages only", plain(), brief(json!({"messages": messages, "audience": "IT managers", "tone": "bold"}))),
        ("claims only", plain(), brief(json!({"claims": claims, "objective": "webinar registrations"}))),
        (
            "phrases",
            plain(),
            brief(
                json!({"messages": [both("less worry", "weniger Sorgen")], "claims": [claim("24/7 help", "Hilfe rund um die Uhr")]}),
            ),
        ),
        ("as much as may be", plain(), brief(json!({"messages": many("message", 6, "."), "claims": full}))),
        ("long phrases", plain(), brief(json!({"messages": many("phrase", 6, "")}))),
        ("called Message", plain(), named("Message")),
        ("called Body", plain(), named("Body")),
        ("called by a reference", plain(), named("product.name")),
        ("called with markup", plain(), named("\"Fjord\" <b>{{7*7}}</b> {% raw %} \\n <|end|>")),
        ("called at length", plain(), named(&"Fjord Backup for Everybody ".repeat(5)[..120])),
        ("common words are forbidden", brand(strict), named("Fjord")),
    ]
}
