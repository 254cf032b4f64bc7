//! `bench render`: renditions a second, of one release over many partners.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use countersign_domain::content::Content;
use countersign_domain::place::Locale;
use countersign_domain::profile::Profile;
use countersign_domain::release::Context;
use countersign_render::{
    Format, Images, NoBlobs, Subject, Template, Templates, Tracking, Wanted, imprint, placeholder_profile, render,
};
use serde_json::json;

use super::super::templates::sample_context;
use super::machine::Machine;
use crate::say;

#[derive(Debug, Args)]
pub struct BenchRender {
    /// Partners that the release is rendered for.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    partners: u32,
    /// Threads; as many as there are cores when left out.
    #[arg(long)]
    threads: Option<usize>,
    /// The locale of the samples that stand for releases.
    #[arg(long, default_value = "en-US")]
    locale: Locale,
    /// One asset type alone.
    #[arg(long = "type", value_name = "NAME")]
    asset_type: Option<String>,
    /// One JSON line for each figure.
    #[arg(long)]
    json: bool,
}

/// A picture takes longer: so many partners for one that a page has.
const PICTURES: u32 = 20;

pub fn run(args: &BenchRender) -> Result<ExitCode> {
    let templates = Templates::embedded()?;
    let threads = match args.threads {
        Some(0) => bail!("at least one thread renders"),
        Some(threads) => threads,
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    say::note(&Machine::here().describe());
    for template in
        templates.iter().filter(|template| args.asset_type.as_ref().is_none_or(|name| *name == template.name))
    {
        let Some(content) = template.sample(args.locale.as_str()) else { continue };
        let release = Release { templates: &templates, template, content, context: context(template, &args.locale)? };
        for (format, layout) in asked(template) {
            let partners = if matches!(format, Format::Png | Format::Pdf) {
                args.partners.div_ceil(PICTURES)
            } else {
                args.partners
            };
            let figure = release.measure(Wanted { format, layout: layout.as_deref() }, partners, threads)?;
            let name = layout.map_or_else(|| format.to_string(), |layout| format!("{format} {layout}"));
            if args.json {
                let row = json!({
                    "asset_type": template.name, "rendition": name, "partners": partners, "threads": threads,
                    "seconds": figure.seconds, "per_second": f64::from(partners) / figure.seconds,
                    "mean_bytes": figure.bytes / u64::from(partners), "touched_by_phone": figure.touched,
                });
                say::line(&row.to_string());
            } else {
                say::line(&format!(
                    "{:<16} {name:<16} {:>9.0} a second   {:>8} bytes   a new phone number {}",
                    template.name,
                    f64::from(partners) / figure.seconds,
                    figure.bytes / u64::from(partners),
                    if figure.touched { "makes it again" } else { "leaves it" }
                ));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The whole as HTML and text, and every picture and document.
fn asked(template: &Template) -> Vec<(Format, Option<String>)> {
    let formats = template.formats();
    let whole = [Format::Html, Format::Text].into_iter().filter(|format| formats.contains(format));
    let mut asked: Vec<_> = whole
        .filter(|format| *format == Format::Text || !formats.contains(&Format::Png))
        .map(|format| (format, None))
        .collect();
    for layout in &template.layouts {
        let drawn = layout.formats().into_iter().filter(|format| matches!(format, Format::Png | Format::Pdf));
        asked.extend(drawn.map(|format| (format, Some(layout.name.clone()))));
    }
    asked
}

struct Release<'a> {
    templates: &'a Templates,
    template: &'a Template,
    content: &'a Content,
    context: Context,
}

struct Figure {
    seconds: f64,
    bytes: u64,
    /// Whether a changed telephone number makes the rendition again.
    touched: bool,
}

impl Release<'_> {
    /// Every partner has another name, address, site and number.
    fn measure(&self, wanted: Wanted<'_>, partners: u32, threads: usize) -> Result<Figure> {
        let profiles: Vec<Profile> = (0..partners).map(partner).collect();
        // What is done once, such as reading the fonts, is not a partner's.
        self.render(&profiles[0], wanted)?;
        let next = AtomicUsize::new(0);
        let began = Instant::now();
        let bytes: Vec<Result<u64>> = std::thread::scope(|scope| {
            let work = || {
                let mut bytes = 0;
                while let Some(profile) = profiles.get(next.fetch_add(1, Ordering::Relaxed)) {
                    bytes += self.render(profile, wanted)?.len() as u64;
                }
                Ok(bytes)
            };
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| bail!("a thread stopped"))).collect()
        });
        let seconds = began.elapsed().as_secs_f64();
        let bytes = bytes.into_iter().sum::<Result<u64>>()?;
        let moved = Profile { phone: "+49 40 999".into(), ..profiles[0].clone() };
        let imprints: Result<BTreeSet<_>, _> = [&profiles[0], &moved]
            .map(|profile| imprint(self.templates, &self.context, self.content, profile, wanted))
            .into_iter()
            .collect();
        Ok(Figure { seconds, bytes, touched: imprints?.len() > 1 })
    }

    fn render(&self, profile: &Profile, wanted: Wanted<'_>) -> Result<Vec<u8>> {
        let links = Tracking { campaign: "bench", asset: "bench", partner: "bench" };
        let (context, content) = (&self.context, self.content);
        let subject = Subject { context, content, profile, links, images: Images::Url("https://marketing.example") };
        let rendition = render(self.templates, &subject, &NoBlobs, wanted)
            .with_context(|| format!("{} as {}", self.template.name, wanted.format))?;
        Ok(rendition.bytes)
    }
}

fn partner(number: u32) -> Profile {
    Profile {
        display_name: format!("Systemhaus {number:05}"),
        legal_name: format!("Systemhaus {number:05} GmbH"),
        phone: format!("+49 40 {number:07}"),
        address: format!("Hafenstraße {number}\n20457 Hamburg"),
        site: format!("https://systemhaus-{number}.example"),
        ..placeholder_profile()
    }
}

fn context(template: &Template, locale: &Locale) -> Result<Context> {
    let market = locale.market().context("the locale of a release names its market, such as en-US")?;
    Ok(sample_context(template, locale, market))
}
