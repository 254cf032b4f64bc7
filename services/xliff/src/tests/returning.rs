//! What translators' tools do to a document between the export and the import.

use super::*;

#[test]
fn a_paragraph_is_a_segment_and_its_placeholder_is_protected() {
    let text = email();
    assert!(text.contains("<source>Ask <ph id=\"1\" canCopy=\"no\" canDelete=\"no\" equiv=\"partner.display_name\" disp=\"{{partner.display_name}}\"/>.</source>"), "{text}");
    assert!(text.contains("<source>It is &lt; 5 &amp; done.</source>") && text.contains("<ignorable>"), "{text}");
    assert!(text.contains("Email &lt;for&gt; clinics &amp; such\u{fffd}"), "notes have no <cp>: {text}");
    let units = &back(&text).files[0].units;
    assert_eq!((units[0].text.as_deref(), units[1].text.as_deref()), (None, Some("Appelez")));
}

#[test]
fn exact_wordings_are_marked_in_both_languages_with_the_same_id() {
    let source = SlotText { segments: vec![bound("claim.1", "claim:uptime", "Up 99.9 %.")] };
    let target = SlotText {
        segments: vec![bound("product.name", "product:\"x", "Fjord"), bound("claim.1", "claim:uptime", "Là à 99,9 %.")],
    };
    let text = write(&document(vec![unit("body", source, Some(target))]));
    assert!(
        text.contains(
            "<source><mrk id=\"1\" translate=\"no\" type=\"countersign:claim\" value=\"claim:uptime\">Up 99.9 %.</mrk>"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "<target><mrk id=\"2\" translate=\"no\" type=\"term\" value=\"product:&quot;x\">Fjord</mrk><mrk id=\"1\" "
        ),
        "{text}"
    );
}

#[test]
fn texts_with_other_numbers_of_paragraphs_are_one_segment() {
    let text = write(&document(vec![unit("body", slot("a\n\nb"), Some(slot("un seul")))]));
    assert_eq!(text.matches("<segment").count(), 1);
    assert!(text.contains("<source>a\n\nb</source>"), "{text}");
}

/// The export with its two paragraphs translated, as `one` and `two` are written in XML.
fn translated(one: &str, two: &str) -> String {
    let text = email();
    let (first, second) = (
        "{{partner.display_name}}\"/>.</source>\n      </segment>",
        "It is &lt; 5 &amp; done.</source>\n      </segment>",
    );
    assert!(text.contains(first) && text.contains(second), "{text}");
    let with = |old: &str, target: &str| old.replace("</source>", &format!("</source>{target}"));
    text.replace(first, &with(first, one)).replace(second, &with(second, two))
}

fn body(text: &str) -> Option<String> {
    back(text).files[0].units[0].text.clone()
}

#[test]
fn segments_come_back_in_the_targets_order_with_what_stands_between_them() {
    let text =
        translated("<target>Demandez à <ph id=\"1\"/>.</target>", "<target>C'est <![CDATA[< 5 & fini]]>.</target>");
    assert_eq!(body(&text).unwrap(), "Demandez à {{partner.display_name}}.\n\nC'est < 5 & fini.");
    let text = translated(
        "<target order=\"3\">Deux <ph id=\"x9\" equiv=\"partner.display_name\"/></target>",
        "<target order=\"1\">Un</target>",
    );
    assert_eq!(body(&text).unwrap(), "Un\n\nDeux {{partner.display_name}}");
    let clash = translated("<target order=\"2\">Un</target>", "<target>Deux</target>");
    assert!(said(clash).contains("the place 2"));
}

#[test]
fn markers_comments_and_other_modules_of_tools_are_no_text() {
    let foreign = "<m:matches xmlns:m=\"urn:oasis:names:tc:xliff:matches:2.0\"><m:match ref=\"#1\"><source>no</source><target>no</target></m:match></m:matches>";
    let text = translated(
        "<target><!-- c -->Un <mrk id=\"m\" type=\"comment\" value=\"v\"><sm id=\"s\"/>deux<em startRef=\"s\"/></mrk><?pi x?><cp hex=\"0001\"/></target>",
        "<target>x</target>",
    );
    let text = text.replace(
        "<unit id=\"body\" name=\"body\" xml:space=\"preserve\">",
        &format!("<group id=\"g\"><unit id=\"body\">{foreign}"),
    );
    let text = text.replacen("</unit>", "</unit></group>", 1);
    assert_eq!(body(&text).unwrap(), "Un deux\u{1}\n\nx");
}

#[test]
fn an_untranslated_unit_is_left_alone_and_half_a_one_is_refused() {
    assert_eq!(body(&email()), None);
    assert_eq!(body(&translated("<target/>", "<target> </target>")), None);
    let half = said(translated("<target>Un</target>", ""));
    assert!(half.contains("this segment is not translated") && half.starts_with("line "), "{half}");
    let merged =
        translated("<target>Tout en un.</target>", "<target/>").replace("state=\"initial\"", "state=\"translated\"");
    assert_eq!(body(&merged).unwrap(), "Tout en un.\n\n");
}

#[test]
fn what_a_text_cannot_have_is_refused_with_file_unit_and_place() {
    let text = translated("<target>a<ph id=\"77\"/><pc id=\"b\">c</pc><sc id=\"d\"/></target>", "<target>x</target>");
    let faults = read(text.as_bytes()).unwrap_err();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults.iter().all(|f| f.file.as_deref() == Some(ASSET) && f.unit.as_deref() == Some("body")));
    assert!(faults[0].detail.contains("<ph id=\"77\">") && faults[1].detail.contains("<pc>"), "{faults:?}");
}

#[test]
fn a_tool_that_lost_the_metadata_or_changed_the_original_is_told_so() {
    let text = email();
    let lost = text.replace("category=\"countersign\"", "category=\"mine\"");
    assert!(said(lost).contains("lost Countersign's metadata"));
    let other = text.replace(&format!("original=\"{ASSET}\""), "original=\"letter.docx\"");
    assert!(said(other).contains("name two assets"));
    let broken = text.replace("\"base\">sha256:", "\"base\">md5:").replace(&format!("\"kit\">{KIT}"), "\"kit\">x");
    let said = said(broken);
    assert!(said.contains("`base`") && said.contains("`kit`"), "{said}");
}
