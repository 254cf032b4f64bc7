//! SVGs that are small and would take a renderer minutes or gigabytes. Each is refused, or drawn soon.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::super::intake;
use super::*;

/// What a bomb may take on a busy machine before it is refused or drawn.
const SOON: Duration = Duration::from_secs(8);

fn svg(inner: &str) -> String {
    format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{inner}</svg>"#)
}

/// Whether it was taken; never late, and never as something that merely broke.
fn taken(name: &str, inner: &str) -> bool {
    let svg = svg(inner);
    assert!(svg.len() <= MAX_SVG_BYTES, "{name} has {} bytes", svg.len());
    let start = Instant::now();
    let logo = intake(svg.as_bytes());
    let took = start.elapsed();
    report(name, took, &logo.as_ref().map(|_| "taken").map_err(ToString::to_string));
    assert!(took < SOON, "{name} took {took:?}");
    match logo {
        Ok(_) => true,
        // What is too far away or too faint leaves no pixel.
        Err(LogoError::TooComplex { .. } | LogoError::NotDrawn { .. } | LogoError::Transparent) => false,
        Err(error) => panic!("{name}: {error}"),
    }
}

/// Shown with `--nocapture`: what each bomb took.
fn report(name: &str, took: Duration, read: &Result<&str, String>) {
    eprintln!("{name}: {took:?}, {read:?}");
}

/// `count` numbers between 0 and 100 that look random and are always the same.
fn numbers(count: usize) -> impl Iterator<Item = u32> {
    let mut state = 12345_u32;
    (0..count).map(move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % 101
    })
}

#[test]
fn multiplying_references_are_refused() {
    let mut uses = String::from(r#"<g id="a0"><rect width="9" height="9"/></g>"#);
    let mut masks = String::from(r#"<mask id="m0"><rect width="9" height="9"/></mask>"#);
    let mut clips = String::from(r#"<clipPath id="c0"><rect width="9" height="9"/></clipPath>"#);
    for n in 1..30 {
        let last = n - 1;
        let _ = write!(uses, r##"<g id="a{n}">{}</g>"##, format!(r##"<use href="#a{last}"/>"##).repeat(10));
        let part =
            |name: &str| format!(r##"<rect width="9" height="9" {name}="url(#{}{last})"/>"##, &name[..1]).repeat(10);
        let _ = write!(masks, r##"<mask id="m{n}">{}</mask>"##, part("mask"));
        let _ = write!(clips, r##"<clipPath id="c{n}">{}</clipPath>"##, part("clip-path"));
    }
    assert!(!taken("use of use", &format!("{uses}<use href=\"#a29\"/>")));
    assert!(!taken("mask of mask", &format!("{masks}<rect width='50' height='50' mask='url(#m29)'/>")));
    assert!(!taken("clip of clip", &format!("{clips}<rect width='50' height='50' style='clip-path:url(#c29)'/>")));
    let styled = masks.replace("mask=\"url(#m", "class=\"k").replace(")\"", "\"");
    let rules: String = (0..30).map(|n| format!(".k{n}{{mask:url(#m{n})}}")).collect();
    assert!(!taken(
        "masks by style",
        &format!("<style>{rules}</style>{styled}<rect width='50' height='50' class='k29'/>")
    ));
}

#[test]
fn circles_are_refused() {
    for (name, inner) in [
        ("use of itself", r##"<g id="a"><use href="#a"/></g>"##),
        ("two uses", r##"<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>"##),
        (
            "mask of itself",
            r##"<mask id="m"><rect width="9" height="9" mask="url(#m)"/></mask><rect width="9" height="9" mask="url(#m)"/>"##,
        ),
        ("clip of itself", r##"<clipPath id="c" clip-path="url(#c)"><rect width="9" height="9"/></clipPath>"##),
        (
            "gradients",
            r##"<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/><rect width="9" height="9" fill="url(#a)"/>"##,
        ),
        ("pattern", r##"<pattern id="p" width="1" height="1"><rect width="9" height="9" fill="url(#p)"/></pattern>"##),
    ] {
        assert!(!taken(name, inner), "{name}");
    }
    let chain: String = (0..3000).map(|n| format!(r##"<use id="u{n}" href="#u{}"/>"##, n + 1)).collect();
    assert!(!taken("a long chain", &chain));
}

#[test]
fn depth_and_number_are_bounded() {
    assert!(!taken("deep", &("<g>".repeat(30_000) + &"</g>".repeat(30_000))));
    assert!(!taken("deep in names", &("<a:g xmlns:a='urn:a'>".repeat(9000) + &"</a:g>".repeat(9000))));
    let attributes: String = (0..20_000).fold(String::new(), |mut all, n| {
        let _ = write!(all, " a{n}=''");
        all
    });
    assert!(!taken("attributes", &format!("<g{attributes}/>")));
    assert!(!taken("elements", &"<g/>".repeat(60_000)));
    assert!(!taken("paths", &"<path d='M0 0h9'/>".repeat(13_000)));
    assert!(!taken("stops", &format!("<linearGradient id='g'>{}</linearGradient>", "<stop/>".repeat(19_000))));
    let rules: String = (0..9000).fold(String::new(), |mut all, n| {
        let _ = write!(all, "g g g .k{n}{{x:y}}");
        all
    });
    assert!(!taken("rules", &format!("<style>{rules}</style>{}", "<g class='z'/>".repeat(4000))));
}

#[test]
fn heavy_drawings_are_refused_or_drawn_soon() {
    taken("large shapes", &"<path d='M0 0h99v99H0z'/>".repeat(9000));
    taken(
        "large shapes at the bound",
        &format!("{}<path d='M0 0h9v9z'/>", "<path d='M0 0h99v99H0z' opacity='.9' fill='#123456'/>".repeat(35)),
    );
    taken("large circles", &"<circle cx='50' cy='50' r='49' fill='red' fill-opacity='.5'/>".repeat(95));
    let gradient = "<radialGradient id='g'><stop stop-color='red'/><stop offset='1' stop-color='blue' stop-opacity='.5'/></radialGradient>";
    taken("gradients", &format!("{gradient}{}", "<circle cx='50' cy='50' r='49' fill='url(#g)'/>".repeat(95)));
    taken("layers", &"<g opacity='.5'><path d='M0 0h99v99H0z'/><path d='M0 0h9v9z'/></g>".repeat(38));
    taken("nested layers", &("<g opacity='.97'>".repeat(38) + "<path d='M0 0h99v90H0z'/>" + &"</g>".repeat(38)));
    taken(
        "blending",
        &"<g style='mix-blend-mode:luminosity;isolation:isolate'><path d='M0 0h99v90H0z' fill='#123'/></g>".repeat(38),
    );
    let zigzag: String = numbers(40_000).fold("M0 0".to_owned(), |mut path, n| {
        let _ = write!(path, "L{n} {}", n * 37 % 101);
        path
    });
    assert!(!taken("zigzag", &format!("<path d='{zigzag}'/>")));
    taken("zigzag at the bound", &format!("<path d='{}' fill-rule='evenodd'/>", &zigzag[..zigzag.len() / 5]));
    let low: String = numbers(39_000).fold("M0 50".to_owned(), |mut path, n| {
        let _ = write!(path, "L{n} {}", 50 + n % 2);
        path
    });
    taken("low zigzag", &format!("<path d='{low}'/>"));
    taken(
        "low zigzag as a stroke",
        &format!(
            "<path d='{}' fill='none' stroke='red' stroke-width='9' stroke-linejoin='round'/>",
            &low[..low.len() / 4]
        ),
    );
    let curls: String = numbers(36_000).collect::<Vec<_>>().chunks(6).fold("M0 0".to_owned(), |mut path, n| {
        let _ = write!(path, "C{} {} {} {} {} {}", n[0], n[1], n[2], n[3], n[4], n[5]);
        path
    });
    assert!(!taken("curls", &format!("<path d='{curls}' fill-rule='evenodd'/>")));
    taken("curls at the bound", &format!("<path d='{}' fill-rule='evenodd'/>", &curls[..curls.len() / 4]));
    taken(
        "curls as a stroke",
        &format!(
            "<path d='{}' fill='none' stroke='red' stroke-width='1' stroke-linecap='round' stroke-linejoin='round'/>",
            &curls[..curls.len() / 8]
        ),
    );
    let clips: String =
        (0..12).map(|n| format!("<clipPath id='c{n}'><circle cx='50' cy='50' r='49'/></clipPath>")).collect();
    let clipped: String = (0..12).map(|n| format!("<rect width='99' height='99' clip-path='url(#c{n})'/>")).collect();
    taken("clips", &format!("{clips}{clipped}"));
}

#[test]
fn shapes_beyond_all_bounds_are_refused_or_drawn_soon() {
    for (name, inner) in [
        ("far", "<path d='M0 0L1e30 1e30 0 1e30z'/>"),
        ("farther", "<path d='M0 0L3e38 3e38 -3e38 3e38z' stroke='red'/>"),
        ("not a number", "<path d='M0 0L1e99 1e99 0 1e99z'/><path d='M0 0h9v9z'/>"),
        ("huge stroke", "<path d='M0 0L9 9' stroke='red' stroke-width='1e30'/>"),
        ("sharp", "<path d='M0 0L50 1 0 2' stroke='red' stroke-width='9' stroke-miterlimit='1e9' fill='none'/>"),
        ("huge scale", "<g transform='scale(1e20)'><path d='M0 0L9 9 0 9z'/></g>"),
        ("tiny scale", "<g transform='scale(1e-20)'><path d='M0 0L9e19 9e19 0 9e19z'/></g><path d='M0 0h9v9z'/>"),
        ("flat", "<g transform='matrix(1 1 1 1 0 0)'><path d='M0 0L9 9 0 9z'/></g><path d='M0 0h9v9z'/>"),
        ("huge circle", "<circle r='1e19'/>"),
        ("huge round corners", "<rect width='1e9' height='1e9' rx='1e8'/>"),
        ("sunbeams", "<path d='M50 50L1500 900 1400 1000zM50 50L-900 -600 -700 -800z'/>"),
        ("thin", "<path d='M0 0L99 99' stroke='red' stroke-width='1e-30'/><path d='M0 0h9v9z'/>"),
        (
            "clip far away",
            "<clipPath id='c'><rect x='-1e9' y='-1e9' width='2e9' height='2e9'/></clipPath><path d='M0 0h9v9z' clip-path='url(#c)'/>",
        ),
        (
            "huge mask",
            "<mask id='m' x='-1e9' y='-1e9' width='2e9' height='2e9' maskUnits='userSpaceOnUse'><path fill='#fff' d='M0 0h9v9z'/></mask><path d='M0 0h9v9z' mask='url(#m)'/>",
        ),
    ] {
        taken(name, inner);
    }
    assert!(taken("sunbeams", "<path d='M50 50L1500 900 1400 1000zM50 50L-900 -600 -700 -800z'/>"));
}
