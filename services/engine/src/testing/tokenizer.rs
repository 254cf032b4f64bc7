//! A tokenizer for the tiny models, made here.

/// A byte-level BPE: 256 bytes, control tokens 256 to 259, references as text from 260.
pub(crate) fn tokenizer_json() -> String {
    let mut shifted = 0x100_u32;
    let mut letters = Vec::new();
    for byte in 0..=255_u8 {
        let own = char::from(byte);
        letters.push(if matches!(own, '!'..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{FF}') {
            own
        } else {
            shifted += 1;
            char::from_u32(shifted - 1).unwrap()
        });
    }
    let mut vocab = serde_json::Map::new();
    for (byte, letter) in letters.iter().enumerate() {
        vocab.insert(letter.to_string(), byte.into());
    }
    let mut added = Vec::new();
    let mut add = |content: &str, id: usize, special: bool| {
        vocab.insert(content.to_owned(), id.into());
        added.push(serde_json::json!({
            "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": special,
        }));
    };
    for (at, name) in ["<|pad|>", "<|draft|>", "<|end|>", "<|lang:en|>"].iter().enumerate() {
        add(name, 256 + at, true);
    }
    for (at, name) in ["{{product.name}}", "{{claim.1}}", "{{claim.2}}", "{{message.1}}"].iter().enumerate() {
        add(name, 260 + at, false);
    }
    let mut merges = Vec::new();
    let pairs = [
        ("c", "h"),
        ("e", "a"),
        ("ea", "p"),
        ("ch", "eap"),
        ("Ġ", "ch"),
        ("\"", ":"),
        ("s", "u"),
        ("b", "o"),
        ("d", "y"),
        ("bo", "dy"),
    ];
    for (at, (left, right)) in pairs.iter().enumerate() {
        vocab.insert(format!("{left}{right}"), (264 + at).into());
        merges.push(serde_json::json!([left, right]));
    }
    serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added, "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                  "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                  "vocab": vocab, "merges": merges},
    })
    .to_string()
}
