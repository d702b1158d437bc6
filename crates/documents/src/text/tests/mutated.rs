//! No document whatever makes its reader panic, and no text is longer than its limit.

use proptest::prelude::*;

use super::super::{TEXT_BYTES_MAX, of};
use super::made::{HELVETICA, MESSAGE, docx, page, paragraph, stream, xlsx};
use crate::media::{self, Media};

/// One of each kind, with its media type.
fn samples() -> Vec<(Media, Vec<u8>)> {
    let form = stream("/Subtype /Form", "BT /F1 9 Tf [(a) -900 (b)] TJ ET");
    let samples: Vec<Vec<u8>> = vec![
        b"host,port\nfw-1,22\nfw-2,443\n".to_vec(),
        br#"{"host":["fw-1",{"a":1.5e3,"b":"\u00e9"}]}"#.to_vec(),
        b"<?xml version=\"1.0\"?><a b='c'>d<![CDATA[e]]>&#65;<!-- f --></a>".to_vec(),
        b"<!doctype html><p>a<b>b</b>&eacute;<script>x</script><td>c".to_vec(),
        MESSAGE.as_bytes().to_vec(),
        docx(&paragraph("Firewall")),
        xlsx("<si><t>Owner</t></si>", "<row><c t=\"s\"><v>0</v></c><c><v>5</v></c></row>"),
        page("q 1 0 0 1 5 5 cm BT /F1 9 Tf 10 TL (Fire) Tj T* [(wa) 9 (ll)] TJ ET Q /X1 Do", HELVETICA, &[form]),
    ];
    samples.into_iter().map(|bytes| (media::of(&bytes, ""), bytes)).collect()
}

#[test]
fn the_samples_are_what_they_should_be() {
    let kinds: Vec<String> = samples()
        .iter()
        .map(|(media, bytes)| {
            assert!(of(media, bytes).is_ok(), "{media}");
            media.kind().to_string()
        })
        .collect();
    assert_eq!(kinds, ["table", "data", "data", "web page", "e-mail", "document", "table", "document"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_documents_are_answered(
        which in 0_usize..8,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
        doubled in prop::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    ) {
        let (media, mut bytes) = samples().swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some((from, to)) = doubled {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let piece = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.splice(from..from, piece);
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(text) = of(&media, &bytes) {
            prop_assert!(text.body.len() <= TEXT_BYTES_MAX);
        }
        let _ = media::of(&bytes, "a.csv");
    }

    #[test]
    fn random_bytes_are_answered_as_any_kind(
        bytes in prop::collection::vec(any::<u8>(), 0..3_000),
        which in 0_usize..8,
        start in any::<bool>(),
    ) {
        let (media, sample) = samples().swap_remove(which);
        let bytes = if start { [&sample[..sample.len().min(40)], &bytes[..]].concat() } else { bytes };
        let _ = of(&media, &bytes);
        let _ = of(&media::of(&bytes, ""), &bytes);
    }
}
