//! For any content, and for any bytes.

use countersign_domain::content::PartnerField;
use proptest::prelude::*;

use super::*;

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[a-z <>&\"'\\]\\[]{0,12}",
        Just("\n\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\u{0}\u{1}\u{fffe}\u{85}\u{2028}".to_owned()),
        Just("{{partner.phone}} {{x".to_owned()),
        Just("]]><![CDATA[".to_owned()),
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn segment() -> impl Strategy<Value = Segment> {
    prop_oneof![
        3 => text().prop_map(|text| Segment::Text { text }),
        1 => proptest::sample::select(PartnerField::ALL.to_vec()).prop_map(|partner| Segment::Partner { partner }),
        1 => ("(product|claim|message|passage|x)", text(), text())
            .prop_map(|(kind, key, text)| bound(&format!("{kind}.1"), &format!("{kind}:{key}"), &text)),
    ]
}

fn any_slot() -> impl Strategy<Value = SlotText> {
    proptest::collection::vec(segment(), 0..8).prop_map(|segments| SlotText { segments })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_slot_comes_back_as_it_went_out(
        source in any_slot(), target in proptest::option::of(any_slot()), other in any_slot(),
    ) {
        let sent = document(vec![unit("body", source, target.clone()), unit("cta", other.clone(), Some(other.clone()))]);
        let written = write(&sent);
        let returned = read(written.as_bytes()).map_err(|faults| TestCaseError::fail(format!("{faults:?}\n{written}")))?;
        let file = &returned.files[0];
        prop_assert_eq!((file.asset, file.kit, &file.base), (sent.files[0].asset, sent.kit, &sent.files[0].base));
        prop_assert_eq!((file.source_asset, &file.source_digest), (sent.files[0].source_asset, &sent.files[0].source_digest));
        // A slot without a word in it is left as it is.
        let expected = |slot: &SlotText| Some(slot.plain()).filter(|text| !text.trim().is_empty());
        prop_assert_eq!(&file.units[0].text, &target.as_ref().and_then(expected), "{}", written);
        prop_assert_eq!(&file.units[1].text, &expected(&other), "{}", written);
    }

    #[test]
    fn mutated_bytes_never_panic(
        at in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..12),
    ) {
        let mut bytes = email().into_bytes();
        for (index, byte, how) in at {
            if bytes.is_empty() {
                break;
            }
            let place = index.index(bytes.len());
            match how {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                2 => { bytes.remove(place); }
                _ => bytes.truncate(place),
            }
        }
        if let Err(faults) = read(&bytes) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn shuffled_markup_never_panics(parts in proptest::collection::vec(proptest::sample::select(vec![
        "<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.0\" version=\"2.1\" srcLang=\"en\" trgLang=\"fr\">", "</xliff>",
        "<file id=\"a\" original=\"b\">", "</file>", "<group>", "</group>", "<unit id=\"u\">", "</unit>", "<segment>", "</segment>",
        "<source>", "</source>", "<target order=\"2\">", "</target>", "<ph id=\"1\"/>", "<mrk id=\"2\">", "</mrk>", "<pc id=\"3\">",
        "</pc>", "<cp hex=\"D800\"/>", "&#0;", "&x;", "text", "<!-- -- -->", "<?pi?>", "<![CDATA[x]]>", "<!DOCTYPE x>", "\n",
    ]), 0..24)) {
        let text = parts.concat();
        if let Err(faults) = read(text.as_bytes()) {
            prop_assert!(!faults.is_empty());
        }
    }
}
