//! The formats in which a release can be had.

use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    Html,
    Text,
    Json,
    Png,
    Pdf,
    Zip,
}

/// A format of the whole asset, or of one of its layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    pub format: Format,
    pub layout: Option<&'a str>,
}

impl From<Format> for Wanted<'_> {
    fn from(format: Format) -> Self {
        Self { format, layout: None }
    }
}

impl Format {
    pub const ALL: [Self; 6] = [Self::Html, Self::Text, Self::Json, Self::Png, Self::Pdf, Self::Zip];

    /// As it stands in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text => "text",
            Self::Json => "json",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Zip => "zip",
        }
    }

    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Json => "application/json",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
            Self::Zip => "application/zip",
        }
    }

    /// Of a file, without the point.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            other => other.name(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = FormatError;
    fn from_str(text: &str) -> Result<Self, FormatError> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or(FormatError)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such format; formats are html, text, json, png, pdf and zip")]
pub struct FormatError;
