//! The choices around a preview on a page, and the thumbnail of one: for whom, which layout, in which format.

use countersign_render::{Format, Template, Wanted};
use countersign_store::Partner;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::address::Address;
use crate::asked::{Asked, best, formats};
use crate::whom::{Choice, Choices, Whom};

/// A preview with its choices, as `review-ui/templates/_stage.html` draws it.
#[derive(Debug, Clone, Serialize)]
pub struct Stage {
    /// The page that it stands on.
    pub page: String,
    /// What the form sends along unseen.
    pub keep: Vec<(String, String)>,
    pub whom: Choices,
    /// Where the page offers them, else empty.
    pub locales: Vec<Choice>,
    /// The whole and each layout; empty where there is only one.
    pub layouts: Vec<Tab>,
    pub formats: Vec<Tab>,
    /// What is shown: its address, and whether it is a picture.
    pub src: String,
    pub picture: bool,
}

/// A link that leads to another view of the same thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tab {
    pub name: String,
    pub label: String,
    pub href: String,
    pub current: bool,
    /// Whether it leads to a file rather than to this page.
    pub file: bool,
}

/// What a stage is made from.
#[derive(Debug, Clone, Copy)]
pub struct StageOf<'a> {
    /// The page's path, and the path of the preview itself.
    pub page: &'a str,
    pub preview: &'a str,
    /// What both addresses need besides, such as the locale of a sample.
    pub more: &'a [(String, String)],
    /// The edition that it is rendered with; none where nothing is kept of it.
    pub template: Option<&'a Template>,
    pub whom: &'a Whom,
    pub partners: &'a [Partner],
    pub asked: &'a Asked,
}

impl Stage {
    /// The stage of what was asked. A layout or format that is not there does not exist.
    pub fn of(of: &StageOf<'_>) -> Result<Self, Problem> {
        let Wanted { format, layout } = of.asked.wanted(of.template)?;
        let have = of.template.and_then(|template| formats(template, layout)).unwrap_or_default();
        let whom = of.whom.value();
        let (layout, named) = (layout.unwrap_or(""), if of.asked.format.is_empty() { "" } else { format.name() });
        let to = |path: &str, layout: &str, format: &str| {
            let address = Address::new(path).with_all(of.more).with("for", &whom);
            address.with("layout", layout).with("format", format).text()
        };
        // A file cannot be looked at in a frame: what shows best stands there.
        let shown = if matches!(format, Format::Pdf | Format::Zip) { best(&have).unwrap_or(format) } else { format };
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let kept = [("layout", layout), ("format", named)].into_iter().filter(|(_, value)| !value.is_empty()).map(pair);
        let formats = have.iter().map(|format| {
            let file = matches!(format, Format::Pdf | Format::Zip);
            Tab {
                name: format.name().to_owned(),
                label: label(*format).to_owned(),
                href: to(if file { of.preview } else { of.page }, layout, format.name()),
                current: *format == shown,
                file,
            }
        });
        Ok(Self {
            page: of.page.to_owned(),
            keep: of.more.iter().cloned().chain(kept).collect(),
            whom: Choices::of(of.whom, of.partners),
            locales: Vec::new(),
            layouts: of
                .template
                .map(|template| tabs(template, layout, |name| to(of.page, name, "")))
                .unwrap_or_default(),
            formats: formats.collect(),
            src: to(of.preview, layout, shown.name()),
            picture: shown == Format::Png,
        })
    }
}

fn tabs(template: &Template, layout: &str, to: impl Fn(&str) -> String) -> Vec<Tab> {
    if template.layouts.len() < 2 {
        return Vec::new();
    }
    let tab = |name: &str, label: &str| Tab {
        name: name.to_owned(),
        label: label.to_owned(),
        href: to(name),
        current: name == layout,
        file: false,
    };
    let each = template.layouts.iter().map(|layout| tab(&layout.name, layout.title("en")));
    std::iter::once(tab("", "All")).chain(each).collect()
}

fn label(format: Format) -> &'static str {
    match format {
        Format::Html => "HTML",
        Format::Text => "Plain text",
        Format::Json => "JSON",
        Format::Png => "PNG",
        Format::Pdf => "PDF",
        Format::Zip => "ZIP",
    }
}

/// A small view of something: a picture, or a frame that is scaled down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thumb {
    pub picture: bool,
    pub src: String,
}

impl Thumb {
    /// The first picture that `template` makes, else its first page or text.
    #[must_use]
    pub fn of(template: Option<&Template>, preview: &Address, whom: &Whom) -> Self {
        let to = |layout: &str, format: Format| {
            let address = preview.clone().with("for", &whom.value()).with("layout", layout);
            Self { picture: format == Format::Png, src: address.with("format", format.name()).text() }
        };
        let Some(template) = template else { return to("", Format::Html) };
        let having = |format: Format| template.layouts.iter().find(|layout| layout.formats().contains(&format));
        let found =
            [Format::Png, Format::Html, Format::Text].into_iter().find_map(|f| having(f).map(|layout| (f, layout)));
        match found {
            Some((format, layout)) if template.layouts.len() > 1 => to(&layout.name, format),
            Some((format, _)) => to("", format),
            None => to("", Format::Html),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_render::Templates;

    fn stage(asset_type: &str, asked: &Asked) -> Result<Stage, Problem> {
        let templates = Templates::embedded().unwrap();
        let template = templates.get(asset_type);
        Stage::of(&StageOf {
            page: "/p",
            preview: "/p/preview",
            more: &[("locale".into(), "de".into())],
            template,
            whom: &Whom::Worst(crate::Worst::Longest),
            partners: &[],
            asked,
        })
    }

    #[test]
    fn every_link_of_a_stage_keeps_the_other_choices() {
        let asked = Asked { layout: "alt".into(), format: "text".into(), ..Asked::default() };
        let stage = stage("banner", &asked).unwrap();
        assert_eq!(stage.src, "/p/preview?locale=de&for=worst%3Dlongest&layout=alt&format=text");
        assert!(!stage.picture);
        assert_eq!(stage.layouts[0].href, "/p?locale=de&for=worst%3Dlongest");
        assert!(stage.layouts.iter().find(|tab| tab.name == "alt").unwrap().current);
        let kept: Vec<_> = stage.keep.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(kept, ["locale=de", "layout=alt", "format=text"]);
    }

    #[test]
    fn a_picture_is_a_picture_and_a_file_is_not_put_into_a_frame() {
        let templates = Templates::embedded().unwrap();
        let first = templates.get("banner").unwrap().layouts[0].name.clone();
        assert!(stage("banner", &Asked { layout: first, ..Asked::default() }).unwrap().picture);
        let pdf = stage("one_pager", &Asked { format: "pdf".into(), ..Asked::default() }).unwrap();
        assert!(pdf.src.ends_with("format=html"), "{}", pdf.src);
        assert!(pdf.formats.iter().any(|tab| tab.file && tab.href.starts_with("/p/preview") && tab.name == "pdf"));
        assert!(stage("email", &Asked::default()).unwrap().layouts.is_empty(), "one layout needs no tabs");
        assert_eq!(stage("email", &Asked { layout: "x".into(), ..Asked::default() }).unwrap_err().status, 404);
    }

    #[test]
    fn every_asset_type_has_a_thumbnail_of_one_layout() {
        let templates = Templates::embedded().unwrap();
        for template in templates.iter() {
            let thumb = Thumb::of(Some(template), &Address::new("/t"), &Whom::Sample);
            let several = template.layouts.len() > 1;
            assert_eq!(thumb.src.contains("layout="), several, "{}: {}", template.name, thumb.src);
        }
    }
}
