//! `templates check` and `templates preview`: for whoever writes an asset type.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_domain::content::Content;
use countersign_domain::place::{Locale, Market};
use countersign_domain::profile::Profile;
use countersign_domain::release::{BrandIdentity, Context};
use countersign_render::{
    Format, Images, NoBlobs, Rendition, Subject, Template, Templates, Tracking, Wanted, longest_profile,
    placeholder_profile, render,
};
use serde_json::json;

use crate::say;

fn load(dir: Option<&Path>) -> Result<Templates> {
    Ok(match dir {
        Some(dir) => Templates::only(dir)?,
        None => Templates::tried()?,
    })
}

/// Loading tries every layout; what is wrong is the error.
pub fn check(dir: Option<&Path>, json: bool) -> Result<ExitCode> {
    let templates = load(dir)?;
    for template in templates.iter() {
        let formats: Vec<&str> = template.formats().into_iter().map(Format::name).collect();
        let locales: Vec<&str> = template.locales().collect();
        let samples: Vec<&str> = locales.iter().copied().filter(|locale| template.sample(locale).is_some()).collect();
        if json {
            let row = json!({
                "asset_type": template.name, "template": template.tag(), "slots": template.slots.len(),
                "layouts": template.layouts.iter().map(|layout| &layout.name).collect::<Vec<_>>(),
                "formats": formats, "locales": locales, "samples": samples,
            });
            say::line(&row.to_string());
        } else {
            say::line(&format!(
                "{}: {} slots, {} layouts, {}; in {}; samples in {}",
                template.tag(),
                template.slots.len(),
                template.layouts.len(),
                formats.join(" "),
                locales.join(" "),
                samples.join(" ")
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Every sample for a partner that gave everything, for one with the longest values and for one with the least.
pub fn preview(dir: Option<&Path>, out: &Path, asset_type: Option<&str>, only: Option<&str>) -> Result<ExitCode> {
    let templates = load(dir)?;
    if let Some(name) = asset_type
        && templates.get(name).is_none()
    {
        bail!("there is no asset type `{name}` here");
    }
    let mut written = 0;
    for template in templates.iter().filter(|template| asset_type.is_none_or(|name| name == template.name)) {
        for locale in template.locales().filter(|locale| only.is_none_or(|only| only == *locale)) {
            let Some(content) = template.sample(locale) else { continue };
            let locale: Locale = locale.parse()?;
            for (name, profile) in profiles(&locale) {
                let folder = out.join(&template.name).join(locale.as_str()).join(name);
                written += write(&templates, template, &locale, content, &profile, &folder)?;
            }
        }
    }
    if written == 0 {
        bail!("there are no samples to show; a template has them in sample/LANGUAGE.toml");
    }
    say::note(&format!("{written} files in {}", out.display()));
    Ok(ExitCode::SUCCESS)
}

fn profiles(locale: &Locale) -> [(&'static str, Profile); 3] {
    let full = placeholder_profile();
    let least = Profile { display_name: full.display_name.clone(), site: full.site.clone(), ..Profile::default() };
    [("full", full), ("longest", longest_profile(locale.direction())), ("least", least)]
}

/// Where a sample stands: a brand that is as plausible as its words.
pub(super) fn sample_context(template: &Template, locale: &Locale, market: Market) -> Context {
    let brand = BrandIdentity {
        name: "Halvard".into(),
        legal_name: "Halvard Systems AS".into(),
        site: "https://halvard.example".into(),
        address: "Strandgata 1, 0150 Oslo".into(),
        color: "#0b5fff".into(),
        legal: [(market.to_string(), "Halvard is a trademark of Halvard Systems AS.".to_owned())].into(),
        ..BrandIdentity::default()
    };
    Context {
        asset_type: template.name.clone(),
        channel: template.channel.clone(),
        market,
        locale: locale.clone(),
        template: template.tag(),
        rules: String::new(),
        brand,
    }
}

fn write(
    templates: &Templates,
    template: &Template,
    locale: &Locale,
    content: &Content,
    profile: &Profile,
    folder: &Path,
) -> Result<usize> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let market = locale.market().map_or_else(|| "US".parse(), Ok)?;
    let context = sample_context(template, locale, market);
    let links = Tracking { campaign: "sample", asset: "sample", partner: "sample" };
    let subject = Subject { context: &context, content, profile, links, images: Images::Inline };
    let mut written = 0;
    let mut put = |name: String, rendition: Rendition| {
        written += 1;
        let path = folder.join(name);
        std::fs::write(&path, rendition.bytes).with_context(|| format!("{} cannot be written", path.display()))
    };
    for format in template.formats() {
        put(format!("all.{}", format.extension()), render(templates, &subject, &NoBlobs, format)?)?;
    }
    for layout in &template.layouts {
        for format in layout.formats() {
            let wanted = Wanted { format, layout: Some(&layout.name) };
            let name = format!("{}.{}", layout.name, format.extension());
            put(name, render(templates, &subject, &NoBlobs, wanted)?)?;
        }
    }
    Ok(written)
}
