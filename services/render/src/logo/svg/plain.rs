//! An SVG reduced to what draws: elements and attributes of a closed list, references only within the file, ids of
//! plain letters. What cannot be drawn as it was meant is refused with what to do; what is never seen (scripts, links,
//! editors' notes) is left out.

use std::fmt::Write as _;

use usvg::roxmltree::{Document, Node};

use super::{LogoError, broken, property, too_complex};

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";

/// Of all style sheets, in bytes: each rule is held against each element.
const MAX_STYLES: usize = 32 << 10;

const DRAWN: [&str; 20] = [
    "svg",
    "g",
    "a",
    "switch",
    "defs",
    "symbol",
    "use",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "style",
];

pub(super) fn of(document: &Document<'_>) -> Result<String, LogoError> {
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return Err(broken(&format_args!("its root is <{}>, not <svg>", root.tag_name().name())));
    }
    if root.tag_name().namespace() != Some(SVG) {
        return Err(broken(&format_args!("its root lacks xmlns=\"{SVG}\"")));
    }
    let styles = document.descendants().filter(|node| node.tag_name().name() == "style");
    let bytes: usize = styles.flat_map(|style| style.children()).filter_map(|child| child.text()).map(str::len).sum();
    if bytes > MAX_STYLES {
        return Err(too_complex(format!("style sheets of {bytes} bytes; {MAX_STYLES} at most")));
    }
    let mut plain = String::new();
    element(root, &mut plain)?;
    Ok(plain)
}

/// Writes an element. The depth is bounded by [`super::scan`].
fn element(node: Node<'_, '_>, plain: &mut String) -> Result<(), LogoError> {
    let name = node.tag_name().name();
    if node.tag_name().namespace() != Some(SVG) {
        return Ok(());
    }
    refuse(name)?;
    if !DRAWN.contains(&name) {
        return Ok(());
    }
    let _ = write!(plain, "<{name}");
    if node.parent_element().is_none() {
        let _ = write!(plain, " xmlns=\"{SVG}\"");
    }
    attributes(node, plain)?;
    plain.push('>');
    if name == "style" {
        sheet(node, plain)?;
    }
    for child in node.children().filter(Node::is_element) {
        element(child, plain)?;
    }
    let _ = write!(plain, "</{name}>");
    Ok(())
}

/// Refuses elements without which the logo would not look as it was meant.
fn refuse(name: &str) -> Result<(), LogoError> {
    let (what, instead) = match name {
        "text" | "textPath" | "tref" | "tspan" | "flowRoot" => return Err(LogoError::Text),
        "animate" | "animateTransform" | "animateMotion" | "animateColor" | "set" => return Err(LogoError::Animated),
        "image" => ("a picture made of pixels", "trace it as shapes"),
        "pattern" | "hatch" => ("a pattern", "turn the pattern into shapes"),
        "meshgradient" | "meshGradient" => ("a mesh gradient", "use a linear or radial gradient"),
        _ => return Ok(()),
    };
    Err(LogoError::NotDrawn { what, instead })
}

fn attributes(node: Node<'_, '_>, plain: &mut String) -> Result<(), LogoError> {
    let mut referred = false;
    for attribute in node.attributes() {
        let (name, value) = (attribute.name(), attribute.value());
        let href = name == "href" && matches!(attribute.namespace(), None | Some(XLINK));
        if href {
            // `href` and `xlink:href` may both be there; the first one counts. A link leads nowhere.
            if !referred && node.tag_name().name() != "a" && !value.trim().is_empty() {
                let target = value.trim().strip_prefix('#').ok_or_else(property::outside)?;
                write_attribute(plain, "href", &format!("#{}", property::plain_name(target)));
                referred = true;
            }
        } else if attribute.namespace().is_none() && is_plain(name) {
            property::check(name, value)?;
            match name {
                "id" => write_attribute(plain, name, &property::plain_name(value)),
                "style" => {
                    for declaration in simplecss::DeclarationTokenizer::from(value) {
                        property::check(declaration.name, declaration.value)?;
                    }
                    write_attribute(plain, name, &property::plain_urls(value)?);
                }
                _ => write_attribute(plain, name, &property::plain_urls(value)?),
            }
        }
    }
    Ok(())
}

/// Lower and upper case letters and hyphens, and no handler of events.
fn is_plain(name: &str) -> bool {
    !name.starts_with("on")
        && !name.starts_with("data-")
        && !name.starts_with("aria-")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn sheet(node: Node<'_, '_>, plain: &mut String) -> Result<(), LogoError> {
    let css: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    if css.to_ascii_lowercase().contains("@keyframes") {
        return Err(LogoError::Animated);
    }
    for rule in simplecss::StyleSheet::parse(&css).rules {
        for declaration in rule.declarations {
            property::check(declaration.name, declaration.value)?;
        }
    }
    plain.push_str(&escape(&property::plain_urls(&css)?));
    Ok(())
}

fn write_attribute(plain: &mut String, name: &str, value: &str) {
    let _ = write!(plain, " {name}=\"{}\"", escape(value));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
