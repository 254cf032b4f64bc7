//! What stands inside `<source>` and `<target>`: text, placeholders, and markers that tools put around either.

use countersign_domain::content::PartnerField;

use super::Reading;
use crate::fault::{Fault, Place, clip};
use crate::xml::{Node, Space};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Inline {
    Text(String),
    /// A `<ph>`: its id, and what its own `equiv` says that it stands for.
    Placeholder {
        at: Place,
        id: String,
        field: Option<PartnerField>,
    },
    /// A code that no text of ours has.
    Code {
        at: Place,
        name: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Content {
    pub parts: Vec<Inline>,
}

impl Content {
    /// Nothing but white space, if anything.
    pub fn is_blank(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Inline::Text(text) if text.trim().is_empty()))
    }

    fn push_text(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Inline::Text(last)) => last.push_str(text),
            _ => self.parts.push(Inline::Text(text.to_owned())),
        }
    }
}

impl Reading<'_> {
    /// Up to the end of the element that is open.
    pub(super) fn content(&mut self) -> Result<Content, Fault> {
        let mut out = Content::default();
        // How many markers are open.
        let mut level = 0_usize;
        loop {
            let element = match self.xml.next()? {
                Node::Text(text) => {
                    out.push_text(&text);
                    continue;
                }
                Node::Close if level == 0 => return Ok(out),
                Node::Close => {
                    level -= 1;
                    continue;
                }
                Node::End => return Err(self.xml.fault("the document ends too early")),
                Node::Open(element) => element,
            };
            if element.space != Space::Core {
                return Err(Self::unknown(&element));
            }
            match element.name.as_str() {
                // Annotations say something about text; the text is what counts.
                "mrk" => level += 1,
                "sm" | "em" => self.xml.skip()?,
                "cp" => {
                    let code = element.get("hex").and_then(|hex| u32::from_str_radix(hex, 16).ok());
                    let c = code.and_then(char::from_u32).ok_or_else(|| {
                        Fault::new(element.at, "<cp> needs a hex of a Unicode character, such as hex=\"001F\"")
                    })?;
                    self.xml.skip()?;
                    out.push_text(c.encode_utf8(&mut [0; 4]));
                }
                "ph" => {
                    let id = element.get("id").unwrap_or("").to_owned();
                    let equiv = element.get("equiv").and_then(|equiv| equiv.strip_prefix("partner."));
                    let field = equiv.and_then(|name| name.parse().ok());
                    self.xml.skip()?;
                    out.parts.push(Inline::Placeholder { at: element.at, id, field });
                }
                "pc" => {
                    out.parts.push(Inline::Code { at: element.at, name: "pc".to_owned() });
                    level += 1;
                }
                "sc" | "ec" => {
                    self.xml.skip()?;
                    out.parts.push(Inline::Code { at: element.at, name: clip(&element.name) });
                }
                _ => return Err(Self::unknown(&element)),
            }
        }
    }
}
