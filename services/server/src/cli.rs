//! The command line, as DESIGN's contract fixes it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(name = "countersign", version, about = "Through-channel marketing content that people sign before it leaves")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the service: studio, review, partner API and drafting in one process, on embedded parts.
    Up(Up),
    /// Campaign kits.
    #[command(subcommand)]
    Kit(Kit),
    /// Brand rules.
    #[command(subcommand)]
    Rules(crate::commands::rules::Rules),
    /// Asset types: what kits are made of.
    #[command(subcommand)]
    Templates(Templates),
    /// Content that was approved before.
    #[command(subcommand)]
    Library(Library),
    /// Language models.
    #[command(subcommand)]
    Models(Models),
    /// People who sign in.
    #[command(subcommand)]
    User(User),
    /// Brands: products, words and what shows.
    #[command(subcommand)]
    Brand(Brand),
    /// Partners who pull.
    #[command(subcommand)]
    Partner(Partner),
    /// Check a receipt, and that a rendition is the one it speaks of.
    Verify(Verify),
    /// Draft briefs and count how good the drafts are; or count what an earlier run recorded.
    Eval(Box<crate::commands::eval::Eval>),
    /// Measure the drafting engine.
    #[command(subcommand)]
    Bench(crate::commands::bench::Bench),
    /// Print the OpenAPI description of every face.
    Openapi,
}

#[derive(Debug, Subcommand)]
pub enum Templates {
    /// Read asset types and try every layout in every language; of a folder, or the built-in ones.
    Check {
        dir: Option<PathBuf>,
        /// One line of JSON for each type.
        #[arg(long)]
        json: bool,
    },
    /// Write the renditions of the samples, to look at.
    Preview {
        dir: Option<PathBuf>,
        /// Where the files go; made when it is not there.
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        /// One asset type alone.
        #[arg(long = "type", value_name = "NAME")]
        asset_type: Option<String>,
        /// One language or locale alone.
        #[arg(long, value_name = "TAG")]
        locale: Option<String>,
    },
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct Data {
    /// Folder of everything that this service keeps.
    #[arg(long, env = "COUNTERSIGN_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// PostgreSQL instead of the data folder's SQLite: postgres://USER@HOST/DATABASE
    #[arg(long, env = "COUNTERSIGN_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database: Option<String>,
}

/// Which language model, and where it runs.
#[derive(Debug, Clone, Args)]
pub struct ModelChoice {
    /// `starter` (bundled), a model of the catalogue that was pulled, a GGUF file, or a folder with config.json,
    /// tokenizer.json and safetensors; `countersign models list` shows the names.
    #[arg(long = "model", env = "COUNTERSIGN_MODEL", default_value = "starter", value_name = "NAME|PATH")]
    pub name: String,
    /// Where it computes: `cpu` (the same drafts on every machine), or `cuda` or `cuda:1`, an NVIDIA card, in a program that
    /// was built with `--features cuda`.
    #[arg(long, env = "COUNTERSIGN_DEVICE", value_name = "DEVICE", default_value = "cpu")]
    pub device: countersign_engine::Placement,
    /// The most mebibytes that it keeps of what it has read (keys and values); taken as they are needed. More lets more
    /// drafts run together.
    #[arg(long, env = "COUNTERSIGN_CACHE_MIB", value_name = "MIB", default_value_t = 1024,
        value_parser = clap::value_parser!(u32).range(16..=1_048_576))]
    pub cache: u32,
    /// Where figures of free text come from: `references` alone (claims, messages and values stand as they are), or also from
    /// `sources`, but then only as they stand there.
    #[arg(long, env = "COUNTERSIGN_FIGURES", value_enum, default_value_t, value_name = "WHERE")]
    pub figures: FiguresFrom,
}

/// See [`countersign_drafting::drafter::Figures`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FiguresFrom {
    #[default]
    References,
    Sources,
}

impl From<FiguresFrom> for countersign_drafting::drafter::Figures {
    fn from(from: FiguresFrom) -> Self {
        match from {
            FiguresFrom::References => Self::References,
            FiguresFrom::Sources => Self::Sources,
        }
    }
}

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    pub data: Data,
    /// Load the sample vendor with its partners, library and people, and draft its kit.
    #[arg(long)]
    pub sample: bool,
    /// Address to listen on.
    #[arg(long, env = "COUNTERSIGN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub model: ModelChoice,
    /// What this process does.
    #[arg(long, env = "COUNTERSIGN_ROLES", value_delimiter = ',', default_value = "api,partner,worker")]
    pub roles: Vec<Part>,
    /// Where people and partners reach this service, for links in renditions; the listening address when left out.
    #[arg(long, env = "COUNTERSIGN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<url::Url>,
    /// Seconds in which a reviewer may take a decision back; a release starts after them.
    #[arg(long, env = "COUNTERSIGN_UNDO_SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=3600))]
    pub undo_seconds: u32,
    /// More rule packs: a folder of packs.
    #[arg(long, value_name = "DIR")]
    pub packs: Vec<PathBuf>,
    /// More or other templates: a folder of asset types.
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
    /// Requests a minute that each partner key may make.
    #[arg(long, env = "COUNTERSIGN_PARTNER_RATE", default_value_t = 600)]
    pub partner_rate: u32,
    /// Name of this worker, of which no two may run; a name of the data folder's own when left out.
    #[arg(long, env = "COUNTERSIGN_WORKER", value_name = "NAME")]
    pub worker: Option<String>,
    /// The key that signs receipts (PEM); one of the data folder's own when left out. Machines that serve partners
    /// together must sign with the same: copy the file from the first.
    #[arg(long, env = "COUNTERSIGN_RECEIPT_KEY", value_name = "FILE")]
    pub receipt_key: Option<PathBuf>,
    /// Log lines as JSON.
    #[arg(long, env = "COUNTERSIGN_LOG_JSON")]
    pub log_json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Studio and review.
    Api,
    /// The partner API.
    Partner,
    /// Drafting and releasing.
    Worker,
}

#[derive(Debug, Subcommand)]
pub enum Kit {
    /// Draft a brief's kit. Without --url nothing is stored: it prints the drafts.
    Draft(KitDraft),
    /// Print a kit's texts as XLIFF 2.1, for translators. A running service has the kit; the token is in COUNTERSIGN_TOKEN.
    ExportXliff {
        /// The kit's id.
        kit: String,
        /// The locale to translate into.
        #[arg(long, value_name = "LOCALE")]
        target: String,
        /// The locale to translate from.
        #[arg(long, value_name = "LOCALE", default_value = "en-US")]
        source: String,
        #[arg(long, value_name = "URL")]
        url: url::Url,
    },
    /// Bring translations back into the kit that the file is of. Each text that differs becomes a revision of yours, which
    /// another person decides on; so a service is asked, with your token in COUNTERSIGN_TOKEN.
    ImportXliff {
        /// XLIFF 2.0 or 2.1; `-` reads standard input.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long, value_name = "URL")]
        url: url::Url,
        /// What became of each file, one JSON line each.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub struct KitDraft {
    /// The brief, JSON or YAML; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    pub brief: PathBuf,
    #[command(flatten)]
    pub data: Data,
    /// Let a running service draft and keep the kit; the token is in COUNTERSIGN_TOKEN.
    #[arg(long, value_name = "URL")]
    pub url: Option<url::Url>,
    #[command(flatten)]
    pub model: ModelChoice,
    /// One JSON line an asset, then a summary.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Library {
    /// Import Markdown or JSONL files of approved content.
    Import {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        data: Data,
        /// The brand's slug, where there is more than one.
        #[arg(long)]
        brand: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Models {
    /// The bundled starter, the catalogue with what is here of it, and what else lies in DATA/models.
    List {
        #[command(flatten)]
        data: Data,
        /// One JSON line a model.
        #[arg(long)]
        json: bool,
    },
    /// Fetch a model of the catalogue, from the Hugging Face cache of this machine or from the hub, and lock it. HF_HOME,
    /// HF_ENDPOINT and HF_TOKEN are honoured. A pull that was cut goes on where it stopped.
    Pull {
        /// As `models list` has it.
        name: String,
        /// Ask the hub for the newest, also where the model is here or in the cache.
        #[arg(long)]
        update: bool,
        #[command(flatten)]
        data: Data,
        /// What is here now, as one JSON line.
        #[arg(long)]
        json: bool,
    },
    /// Prompts of invented briefs with the layout that each asks for, one JSON line each: what the starter's recipe fills with its
    /// corpus (models/starter).
    Plans {
        /// How many.
        #[arg(long, default_value_t = 10)]
        count: u64,
        /// The same seed gives the same plans.
        #[arg(long, default_value_t = 7)]
        seed: u64,
    },
    /// Read the files of pulled models and say which differ from their lock or from the catalogue.
    Verify {
        /// Every pulled model when left out.
        names: Vec<String>,
        #[command(flatten)]
        data: Data,
        /// One JSON line a file, then a summary.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a person. The password is read from COUNTERSIGN_PASSWORD, or made and printed once.
    Add {
        email: String,
        #[arg(long)]
        name: Option<String>,
        /// marketer, reviewer, admin; several with commas.
        #[arg(long, value_delimiter = ',', required = true)]
        role: Vec<String>,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Let a person in again who was disabled.
    Enable {
        email: String,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Set a new password, from COUNTERSIGN_PASSWORD, or made and printed once. Sessions and tokens end.
    Password {
        email: String,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Brand {
    /// Make a brand from a YAML or JSON file, or replace the one of the same slug.
    Add {
        /// slug, sheet {identity {…, lockup {…}, badges {…}}, voice, products […], protected_names […], competitors […],
        /// forbidden_terms […]}, logo, logo_dark, badge_images {TIER: FILE} (images beside the file).
        file: PathBuf,
        /// The brand's logo; the one before is kept when left out.
        #[arg(long, value_name = "IMAGE")]
        logo: Option<PathBuf>,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Partner {
    /// Add a partner from a YAML or JSON file and print its first API key once.
    Add {
        /// slug, kind, tier, certified_until, markets, locales, profile {…}, logo, logo_dark (images beside the file).
        file: PathBuf,
        #[arg(long)]
        brand: Option<String>,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub struct Verify {
    /// The receipt as the partner API gives it.
    pub receipt: PathBuf,
    /// The rendition that it should speak of.
    #[arg(long, value_name = "RENDITION")]
    pub file: Option<PathBuf>,
    /// The service's public key (PEM), as `GET /partner/v1/receipt-key` gives it; this data folder's own when left out.
    #[arg(long, value_name = "PEM")]
    pub key: Option<PathBuf>,
    #[command(flatten)]
    pub data: Data,
    /// What the receipt says, as one JSON line.
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
