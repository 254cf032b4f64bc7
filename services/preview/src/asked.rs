//! What a person chose to look at, as addresses and forms say it.

use countersign_render::{Format, Template, Wanted};
use countersign_web::problem::Problem;
use serde::Deserialize;

use crate::whom::Worst;

/// The query of a preview, and of a page that holds one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// A partner's slug.
    pub partner: String,
    /// `longest`, `least` or `rtl`.
    pub worst: String,
    /// Both in one field, as a form with one list of choices sends it: `partner=SLUG` or `worst=NAME`.
    #[serde(rename = "for")]
    pub whom: String,
    /// A layout's name; the whole when empty.
    pub layout: String,
    /// A format's name; what shows best when empty.
    pub format: String,
}

/// Whom it is to be shown for, before anybody looked whether there is such a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named<'a> {
    Sample,
    Worst(Worst),
    Partner(&'a str),
}

impl Asked {
    /// Whom it names. What is no name of a worst case does not exist; two at once cannot be read.
    pub(crate) fn named(&self) -> Result<Named<'_>, Problem> {
        let (partner, worst) = if self.whom.is_empty() {
            (self.partner.as_str(), self.worst.as_str())
        } else {
            match self.whom.split_once('=') {
                Some(("partner", slug)) => (slug, ""),
                Some(("worst", name)) => ("", name),
                _ => return Err(Problem::malformed("`for` is partner=SLUG or worst=longest, least or rtl.")),
            }
        };
        match (partner, worst) {
            ("", "") => Ok(Named::Sample),
            ("", name) => name.parse().map(Named::Worst).map_err(|()| Problem::not_found()),
            (slug, "") => Ok(Named::Partner(slug)),
            _ => Err(Problem::malformed("Name a partner or a worst case, not both.")),
        }
    }

    /// The layout and the format of `template`; without a format, the one that shows best. Without a template (nothing
    /// is kept of its edition) only what is asked can be said, and rendering tells why it cannot be had.
    pub(crate) fn wanted(&self, template: Option<&Template>) -> Result<Wanted<'_>, Problem> {
        let layout = (!self.layout.is_empty()).then_some(self.layout.as_str());
        let Some(template) = template else {
            let format = if self.format.is_empty() { Ok(Format::Html) } else { self.format.parse() };
            return Ok(Wanted { format: format.map_err(|_| Problem::not_found())?, layout });
        };
        let have = formats(template, layout).ok_or_else(Problem::not_found)?;
        let format = if self.format.is_empty() {
            best(&have)
        } else {
            self.format.parse().ok().filter(|format| have.contains(format))
        };
        Ok(Wanted { format: format.ok_or_else(Problem::not_found)?, layout })
    }
}

/// What a layout can be had as, or the whole; `None` where there is no such layout.
pub(crate) fn formats(template: &Template, layout: Option<&str>) -> Option<Vec<Format>> {
    match layout {
        None => Some(template.formats()),
        Some(name) => template.layout(name).map(countersign_render::Layout::formats),
    }
}

/// The format that shows what a reader sees.
pub(crate) fn best(have: &[Format]) -> Option<Format> {
    [Format::Html, Format::Png, Format::Text].into_iter().find(|format| have.contains(format))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_render::Templates;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        let mut asked = Asked::default();
        for (name, value) in pairs {
            let field = match *name {
                "partner" => &mut asked.partner,
                "worst" => &mut asked.worst,
                "for" => &mut asked.whom,
                "layout" => &mut asked.layout,
                _ => &mut asked.format,
            };
            *field = (*value).to_owned();
        }
        asked
    }

    fn status<T>(answer: Result<T, Problem>) -> u16 {
        answer.map_or_else(|problem| problem.status, |_| 200)
    }

    #[test]
    fn a_form_and_an_address_name_the_same_people() {
        assert_eq!(asked(&[]).named().unwrap(), Named::Sample);
        assert_eq!(asked(&[("partner", "x")]).named().unwrap(), Named::Partner("x"));
        assert_eq!(asked(&[("for", "partner=x")]).named().unwrap(), Named::Partner("x"));
        assert_eq!(asked(&[("worst", "rtl")]).named().unwrap(), Named::Worst(Worst::Rtl));
        assert_eq!(asked(&[("for", "worst=least")]).named().unwrap(), Named::Worst(Worst::Least));
        assert_eq!(asked(&[("for", "worst="), ("partner", "x")]).named().unwrap(), Named::Sample);
        for (bad, expected) in [
            (asked(&[("worst", "shortest")]), 404),
            (asked(&[("for", "x")]), 400),
            (asked(&[("partner", "x"), ("worst", "rtl")]), 400),
        ] {
            assert_eq!(status(bad.named()), expected, "{bad:?}");
        }
    }

    #[test]
    fn without_a_format_what_shows_best_is_meant_and_what_is_not_made_does_not_exist() {
        let templates = Templates::embedded().unwrap();
        let banner = templates.get("banner");
        let first = banner.unwrap().layouts[0].name.clone();
        let format = |pairs: &[(&str, &str)]| asked(pairs).wanted(banner).map(|wanted| wanted.format);
        assert_eq!(format(&[]).unwrap(), Format::Html, "the overview");
        assert_eq!(format(&[("layout", &first)]).unwrap(), Format::Png);
        assert_eq!(format(&[("layout", "alt")]).unwrap(), Format::Text);
        assert_eq!(format(&[("format", "png")]).unwrap(), Format::Png);
        for bad in [[("layout", "nonsense"), ("format", "")], [("layout", "alt"), ("format", "png")]] {
            assert_eq!(status(format(&bad)), 404, "{bad:?}");
        }
        assert_eq!(status(format(&[("format", "exe")])), 404);
        assert_eq!(status(asked(&[("format", "exe")]).wanted(None)), 404);
    }
}
