use super::super::{Logo, intake};
use super::*;

/// `inner` in a box of 40 × 20 units.
fn svg(inner: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20">{inner}</svg>"#
    )
}

fn taken(inner: &str) -> Logo {
    intake(svg(inner).as_bytes()).unwrap_or_else(|error| panic!("{inner}: {error}"))
}

fn refused(inner: &str) -> LogoError {
    match intake(svg(inner).as_bytes()) {
        Ok(_) => panic!("taken: {inner}"),
        Err(error) => error,
    }
}

fn pixel(logo: &Logo, x: u32, y: u32) -> [u8; 4] {
    image::load_from_memory(&logo.png).unwrap().into_rgba8().get_pixel(x, y).0
}

const BOX: &str = r##"<path d="M10 5h20v10H10z" fill="#0046c8"/>"##;

#[test]
fn an_svg_becomes_pixels_in_its_authors_box() {
    let logo = taken(BOX);
    assert_eq!((logo.width, logo.height), (1200, 600));
    assert_eq!(pixel(&logo, 600, 300), [0, 0x46, 0xc8, 255]);
    assert_eq!(pixel(&logo, 100, 100)[3], 0, "the margin that the author left stays");
    assert!((7.5..8.5).contains(&logo.on_white), "{}", logo.on_white);
    assert_eq!(logo, taken(BOX), "the same upload gives the same bytes");
}

#[test]
fn shapes_are_written_again_and_look_the_same() {
    let inner = r##"<style>.a{fill:url(#my-grad)} #tri > .b{fill:#c00}</style>
        <defs><linearGradient id="my-grad"><stop stop-color="#fa0"/><stop offset="1" stop-color="#004"/></linearGradient>
        <radialGradient id="rad" xlink:href="#my-grad"/><clipPath id="cut me"><circle cx="10" cy="10" r="8"/></clipPath>
        <mask id="Маска"><rect width="40" height="20" fill="#888"/></mask><symbol id="s" viewBox="0 0 4 4"><rect width="4" height="4"/></symbol></defs>
        <rect class="a" width="20" height="20" clip-path="url(#cut me)"/><g id="tri"><path class="b" d="M20 0l9 9h-9z"/></g>
        <g mask="url('#Маска')" opacity=".7"><rect x="20" y="10" width="9" height="9" fill="url(#rad)"/></g>
        <use xlink:href="#s" x="32" y="4" width="6" height="6"/><ellipse cx="34" cy="15" rx="4" ry="2" fill="none" stroke="#070"/>"##;
    let logo = taken(inner);
    assert!(pixel(&logo, 600, 30)[3] > 0 && pixel(&logo, 30, 30)[3] == 0, "the clip whose name has a space is applied");
    let vector = String::from_utf8(logo.vector.clone().unwrap()).unwrap();
    for own in ["my-grad", "cut", "x41C", "\"tri", "class", "style=\"fill", "<use", "<symbol", "href"] {
        assert!(!vector.contains(own), "{own}: {vector}");
    }
    let again = intake(vector.as_bytes()).unwrap();
    assert_eq!((again.width, again.height), (1200, 600));
    assert!((again.on_white - logo.on_white).abs() < 0.1);
    assert!(again.vector.is_some());
}

#[test]
fn ids_of_two_logos_do_not_meet() {
    let gradient = |color: &str| {
        let inner = format!(
            r##"<linearGradient id="a"><stop stop-color="{color}"/><stop offset="1" stop-color="#000"/></linearGradient>
            <rect width="30" height="9" fill="url(#a)"/>"##
        );
        String::from_utf8(taken(&inner).vector.unwrap()).unwrap()
    };
    let id = |svg: String| svg.split_once("id=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let (one, two) = (id(gradient("#f00")), id(gradient("#0f0")));
    assert!(one.starts_with("logo-") && two.starts_with("logo-") && one != two, "{one} {two}");
}

#[test]
fn what_runs_or_leads_away_is_left_out() {
    let hostile = [
        r#"<script>alert(1)</script>"#,
        r#"<script xlink:href="https://evil.example/x.js"/>"#,
        r#"<g onload="alert(1)" onclick="alert(2)"/>"#,
        r#"<a xlink:href="javascript:alert(1)"><path d="M0 0h1v1z"/></a>"#,
        r#"<foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></body></foreignObject>"#,
        r#"<style>@import "https://evil.example/x.css"; path{fill:red}</style>"#,
        r#"<metadata><x:y xmlns:x="urn:x">secret</x:y></metadata><title>secret</title><desc>secret</desc>"#,
        r#"<iframe src="https://evil.example"/><handler type="text/javascript">alert(1)</handler>"#,
        r#"<g id="&lt;script&gt;alert(1)&lt;/script&gt;&quot;"><path d="M0 0h2v2z"/></g>"#,
        r#"<!-- secret --><?xml-stylesheet href="https://evil.example/x.css"?>"#,
        r#"<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>"#,
        r#"<font-face><font-face-src><font-face-uri xlink:href="https://evil.example/f.svg"/></font-face-src></font-face>"#,
    ];
    for part in hostile {
        let logo = taken(&format!("{BOX}{part}"));
        let vector = String::from_utf8(logo.vector.unwrap()).unwrap();
        for bad in ["script", "alert", "evil", "secret", " on", "javascript", "href", "&"] {
            assert!(!vector.contains(bad), "{part}: {bad} in {vector}");
        }
    }
}

#[test]
fn what_cannot_look_as_meant_is_refused_with_what_to_do() {
    let cases = [
        (r#"<text x="2" y="9">Acme</text>"#, "text to outlines"),
        (r##"<text><textPath href="#p">Acme</textPath></text>"##, "text to outlines"),
        (r#"<image href="data:image/png;base64,iVBORw0KGgo=" width="9" height="9"/>"#, "pixels"),
        (r#"<image xlink:href="https://evil.example/a.png" width="9" height="9"/>"#, "pixels"),
        (r#"<image href="file:///etc/passwd" width="9" height="9"/>"#, "pixels"),
        (r#"<use href="https://evil.example/a.svg#x"/>"#, "outside"),
        (r#"<use href="data:image/svg+xml;base64,PHN2Zy8+"/>"#, "outside"),
        (r#"<rect width="9" height="9" fill="url(https://evil.example/#g)"/>"#, "outside"),
        (r#"<rect width="9" height="9" style="fill:URL( 'http://evil.example/#g' )"/>"#, "outside"),
        (r#"<style>rect{fill:url(//evil.example/x)}</style>"#, "outside"),
        (
            r##"<filter id="f"><feGaussianBlur stdDeviation="900"/></filter><rect filter="url(#f)" width="9" height="9"/>"##,
            "effect",
        ),
        (r#"<style>rect{filter:blur(900px)}</style><rect width="9" height="9"/>"#, "effect"),
        (r#"<rect style="stroke:red;stroke-dasharray:.0001" width="9" height="9"/>"#, "dashed"),
        (r##"<path d="M0 0h9" marker-end="url(#m)"/>"##, "markers"),
        (r##"<pattern id="p" width="1" height="1"><rect width="1" height="1"/></pattern>"##, "pattern"),
        (r#"<rect width="9" height="9"><animate attributeName="x" to="9"/></rect>"#, "animated"),
        (r#"<style>@keyframes a{from{x:0}}</style>"#, "animated"),
    ];
    for (part, says) in cases {
        let error = refused(&format!("{BOX}{part}")).to_string();
        assert!(error.contains(says), "{part}: {error}");
    }
}

#[test]
fn editors_habits_are_taken() {
    let inner = r##"<defs><filter id="unused"><feGaussianBlur stdDeviation="2"/></filter></defs>
        <g id="Logo &amp; Text" data-name="Ebene 1" inkscape:label="Layer" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
           style="fill:#0046c8;marker:none;filter:none;stroke-dasharray:none;font-family:Arial;-inkscape-x:y">
        <switch><foreignObject requiredExtensions="x"/><path stroke-dasharray="0" d="M10 5h20v10H10z"/></switch></g>"##;
    assert_eq!(taken(inner).png, taken(BOX).png);
    let root = r#"<?xml version="1.0" encoding="UTF-8"?><svg:svg xmlns:svg="http://www.w3.org/2000/svg" width="40mm" height="20mm" viewBox="0 0 40 20"><svg:path d="M10 5h20v10H10z" fill="rgb(0,70,200)"/></svg:svg>"#;
    assert_eq!(intake(format!("\u{feff}{root}").as_bytes()).unwrap().png, taken(BOX).png);
}

#[test]
fn document_types_and_entities_are_refused() {
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>"#;
    let outside = r#"<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>"#;
    let plain = r#"<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">"#;
    for start in [laughs, outside, plain] {
        assert_eq!(intake(format!("{start}{}", svg(BOX)).as_bytes()), Err(LogoError::Doctype));
    }
    assert!(matches!(refused("&unknown;"), LogoError::Damaged { .. }));
}

#[test]
fn what_is_no_svg_says_so() {
    let cases: [(&[u8], &str); 7] = [
        (b"<svg viewBox='0 0 4 2'><path d='M0 0h1v1z'/></svg>", "lacks xmlns"),
        (b"<?xml version='1.0'?><note/>", "its root is <note>"),
        (b"<svg onload=alert(1)>", "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><g>", "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='0' height='5'/>", "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>\xff</svg>", "UTF-8"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>trailing", "damaged"),
    ];
    for (bytes, says) in cases {
        let error = intake(bytes).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    assert_eq!(refused(""), LogoError::Transparent);
    assert_eq!(refused(r#"<rect width="40" height="20"/>"#), LogoError::OneColor);
}

#[test]
fn sizes_have_bounds() {
    let sized = |width: &str, height: &str| {
        let root = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">"#);
        intake(format!("{root}<rect width='50%' height='50%'/></svg>").as_bytes())
    };
    assert_eq!(sized("1", "20000"), Err(LogoError::TooLong { width: 1, height: 20_000 }));
    assert_eq!(sized("600", "60").map(|logo| (logo.width, logo.height)), Ok((1200, 120)));
    assert_eq!(sized("16", "16").map(|logo| (logo.width, logo.height)), Ok((1200, 1200)));
    for (width, height) in [("1e9", "1e9"), ("1e-9", "1e-9"), ("1e38", "1e38"), ("NaN", "1"), ("-5", "5")] {
        let read = sized(width, height);
        assert!(read.is_err() || width == "NaN", "{width} × {height}");
    }
    let big = svg(&"<g/>".repeat(MAX_SVG_BYTES / 4));
    assert_eq!(intake(big.as_bytes()), Err(LogoError::TooMuchSvg { bytes: big.len() }));
}
