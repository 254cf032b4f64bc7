//! Text of anyone is text: nothing that people write becomes a tag, an attribute, a link or a template's statement.

use countersign_released::content::{PartnerField, Segment};
use proptest::prelude::*;
use scraper::Html;

use super::*;

const SYNTAX: &str = "{% raw %}{{7*7}}<script>alert(1)</script>\"'`${x}&amp;\\n</mj-text><mj-raw>]]><!--";

/// Everything that somebody writes says `text`; slots also name the partner.
fn wild(asset_type: &str, text: &str, name: &str) -> (Context, Content, Profile) {
    let mut context = context(asset_type, "en-US");
    context.brand.name = name.into();
    context.brand.legal_name = name.into();
    context.brand.address = name.into();
    context.brand.legal.insert("US".into(), text.into());
    let label = BTreeMap::from([("en".to_owned(), name.to_owned())]);
    context.brand.badges.insert("gold".into(), BadgeDesign { label, image: None });
    let partner = Profile {
        display_name: name.into(),
        legal_name: name.into(),
        address: name.into(),
        phone: name.into(),
        email: name.into(),
        contact_role: name.into(),
        description: name.into(),
        badge: Some("gold".into()),
        socials: BTreeMap::from([(SocialNetwork::X, format!("https://x.com/{}", link_part(name)))]),
        ..profile()
    };
    let segments =
        vec![Segment::Text { text: text.to_owned() }, Segment::Partner { partner: PartnerField::DisplayName }];
    let slots = TEMPLATES.get(asset_type).unwrap().slots.iter();
    let content =
        Content { slots: slots.map(|slot| (slot.name.clone(), SlotText { segments: segments.clone() })).collect() };
    (context, content, partner)
}

/// What a link can hold; the rest makes it no address.
fn link_part(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !c.is_whitespace() && *c != '\\').take(60).collect()
}

/// The elements of a page in order, each with the names of its attributes. Marks of where a post is cut depend on its
/// length, and are left out with what isolates names.
fn elements(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let elements = page.tree.nodes().filter_map(|node| node.value().as_element().cloned());
    let kept = elements.filter(|element| !matches!(element.name(), "span" | "bdi"));
    kept.map(|element| {
        let mut names: Vec<&str> = element.attrs().map(|(name, _)| name).collect();
        names.sort_unstable();
        format!("{} {}", element.name(), names.join(" "))
    })
    .collect()
}

fn layouts() -> Vec<(&'static str, &'static str)> {
    [html_layouts(Markup::Mjml), html_layouts(Markup::Html)].concat()
}

#[test]
fn markup_and_template_syntax_stay_text() {
    for template in TEMPLATES.iter() {
        let (context, content, partner) = wild(&template.name, SYNTAX, SYNTAX);
        let subject = subject(&context, &content, &partner);
        for layout in &template.layouts {
            for format in layout.formats() {
                let what = format!("{} {} as {format}", template.name, layout.name);
                if !matches!(format, Format::Html | Format::Text) {
                    continue;
                }
                let text = layout_text(&subject, &NoBlobs, &layout.name, format);
                if format == Format::Text {
                    assert!(text.contains(SYNTAX), "{what}");
                    continue;
                }
                assert!(text.contains("{{7*7}}&lt;script&gt;"), "{what}: {text}");
                assert!(!text.contains("<script") && !text.contains("<mj-raw"), "{what}");
                assert!(text.contains("&#92;n"), "{what}: a backslash reaches text and attributes as it is");
                let page = Html::parse_document(&text);
                let read = page.root_element().text().collect::<String>();
                assert!(read.contains(SYNTAX), "{what}: a reader sees just what was written");
            }
        }
        let json = render(&TEMPLATES, &subject, &NoBlobs, Format::Json).unwrap();
        let data: serde_json::Value = serde_json::from_slice(&json.bytes).unwrap();
        assert_eq!(data["slots"][&template.slots[0].name], format!("{SYNTAX}{SYNTAX}"));
        assert_eq!(data["partner"]["display_name"], SYNTAX);
    }
}

#[test]
fn an_overview_of_several_layouts_holds_no_tag_of_anybody() {
    for asset_type in ["email_sequence", "webinar_kit", "video_script"] {
        let whole = |text: &str, name: &str| {
            let (context, content, partner) = wild(asset_type, text, name);
            text_of(&context, &content, &partner, Format::Html)
        };
        assert_eq!(elements(&whole(SYNTAX, SYNTAX)), elements(&whole("a", "a")), "{asset_type}");
    }
}

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<script>".to_owned()),
        Just("</style><svg onload=x>".to_owned()),
        Just("\" onmouseover=\"x".to_owned()),
        Just("<!-- --><![endif]-->".to_owned()),
        Just("{{ 7*7 }}{% include 'x' %}{#".to_owned()),
        Just("]]>&lt;\\u{0}".to_owned()),
        "\\PC{0,12}",
        any::<String>(),
    ];
    // Starts with a letter, so that no text is a bullet or blank and the shape stays the same.
    prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("a{}", pieces.concat().replace(['\n', '\r'], " ")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_anyone_becomes_a_tag(text in hostile_text(), name in hostile_text()) {
        for (asset_type, layout) in layouts() {
            let made = |text: &str, name: &str| {
                let (context, content, partner) = wild(asset_type, text, name);
                layout_text(&subject(&context, &content, &partner), &NoBlobs, layout, Format::Html)
            };
            let html = made(&text, &name);
            prop_assert!(!html.contains("<script"));
            prop_assert_eq!(elements(&html), elements(&made("a", "a")), "{} {}", asset_type, layout);
        }
    }
}

/// The drawn elements but the lines of text, each with the names of its attributes; and the text of all lines.
fn drawn(svg: &str) -> (Vec<String>, String) {
    let document = roxmltree::Document::parse(svg).unwrap();
    let (mut shapes, mut text) = (Vec::new(), String::new());
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        if node.tag_name().name() == "text" {
            text.push_str(node.text().unwrap_or_default());
            text.push(' ');
            assert!(node.children().all(|child| child.is_text()), "{svg}");
            continue;
        }
        let names: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
        shapes.push(format!("{} {}", node.tag_name().name(), names.join(" ")));
    }
    (shapes, text)
}

#[test]
fn nothing_that_is_written_becomes_an_element_of_a_picture() {
    let hostile = ["<b>&\"'</b>", "{{7*7}}{%if%}", "]]><!--x-->", "</text><g/>", "&#0;&lt;", "\" onload=\"x"];
    for (asset_type, layout) in drawn_layouts() {
        let made = |text: &str, label: &str| {
            let (mut context, mut content, mut partner) = wild(asset_type, text, text);
            let cta = SlotText { segments: vec![Segment::Text { text: label.to_owned() }] };
            content.slots.insert("cta".into(), cta);
            (context.brand.legal_name, partner.email) = ("a".into(), "a@b.example".into());
            svg_of(&subject(&context, &content, &partner), &NoBlobs, layout)
                .unwrap_or_else(|error| panic!("{layout}: {error}"))
        };
        let (tame, _) = drawn(&made("a", "a"));
        for text in hostile {
            let source = made(text, "a");
            let (shapes, words) = drawn(&source);
            assert_eq!(shapes, tame, "{asset_type} {layout}: {text}");
            let bare = |text: &str| {
                text.chars()
                    .filter(|c| !c.is_whitespace() && !('\u{2066}'..='\u{2069}').contains(c))
                    .collect::<String>()
            };
            assert!(bare(&words).contains(&bare(text)), "{asset_type} {layout}: {text} in {words}");
        }
    }
}

#[test]
fn markup_is_drawn_and_fails_no_picture_and_no_document() {
    for (asset_type, layout) in [("banner", "300x250"), ("one_pager", "a4")] {
        let (context, content, partner) = wild(asset_type, "<i>&\"{{7*7}}</i>", "<b>'&\"</b>");
        let template = TEMPLATES.get(asset_type).unwrap();
        let subject = subject(&context, &content, &partner);
        for format in template.layout(layout).unwrap().formats() {
            let rendition = render(&TEMPLATES, &subject, &NoBlobs, Wanted { format, layout: Some(layout) });
            assert!(rendition.is_ok(), "{asset_type} as {format}: {}", rendition.unwrap_err());
        }
    }
}
