//! Why there is no rendition.

use countersign_released::digest::Digest;
use countersign_released::place::{Locale, Market};

use super::Format;
use crate::template::TemplateError;
use crate::vector::FitError;

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("there is no template for the asset type `{0}`")]
    UnknownTemplate(String),
    #[error("the content was made for the template {asked}, of which nothing is kept; {have} is what is loaded")]
    Edition { asked: String, have: String },
    #[error("template {template} has no locked texts for {locale}; add locked/{}.toml to it", locale.language())]
    Language { template: String, locale: Locale },
    #[error("the brand has legal notices, but none for the market {market}; there is no fallback from another market")]
    MissingLegal { market: Market },
    #[error("there is no layout `{asked}`; there are {have}")]
    NoLayout { asked: String, have: String },
    #[error("{what} has no {format}; it has {have}")]
    NoFormat { what: String, format: Format, have: String },
    #[error("slot `{slot}` {reason}")]
    Slot { slot: String, reason: String },
    #[error("layout {layout}: {reason}")]
    Fit { layout: String, reason: String },
    #[error("layout {layout}: its {format} has {bytes} bytes; the channel takes {max} at most")]
    TooHeavy { layout: String, format: Format, bytes: usize, max: usize },
    #[error("{field} {reason}")]
    Link { field: &'static str, reason: String },
    #[error("the brand's colour `{0}` is not of the form #rrggbb")]
    Color(String),
    #[error("the logo {0} is not in store")]
    MissingLogo(Digest),
    #[error("`{0}` is not an address from which images can be served")]
    Base(String),
    #[error("layout {0}")]
    Layout(TemplateError),
}

impl RenderError {
    /// Of an error of the template engine. What a layout measured and found too long is the text's fault, not the layout's.
    pub(super) fn of_engine(template: &str, file: &str, error: &minijinja::Error) -> Self {
        let (mut innermost, mut source) = (error, std::error::Error::source(error));
        while let Some(cause) = source {
            if let Some(fit) = cause.downcast_ref::<FitError>() {
                return Self::Fit { layout: format!("{template}/{file}"), reason: fit.to_string() };
            }
            innermost = cause.downcast_ref::<minijinja::Error>().unwrap_or(innermost);
            source = cause.source();
        }
        // An error in an included file is told where it is, not where the file was included.
        let kind = innermost.kind();
        let reason = innermost.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}"));
        let file = innermost.name().unwrap_or(file);
        Self::Layout(TemplateError::new(format!("{template}/{file}"), innermost.line(), reason))
    }
}
