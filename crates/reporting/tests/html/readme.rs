//! `README.txt`.

use portreeve_reporting::readme::text;

use super::fixture::story;
use super::hostile;

#[test]
fn it_is_plain_narrow_ascii_with_line_feeds() {
    for fixture in [story("2018-12-18"), hostile::register()] {
        let text = text(&fixture.page());
        assert!(text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)));
        let wide: Vec<&str> = text.lines().filter(|line| line.len() > 78).collect();
        assert!(wide.is_empty(), "{wide:#?}");
        assert!(text.ends_with('\n') && !text.lines().any(|line| line.ends_with(' ')));
    }
}

#[test]
fn it_gives_the_checks_for_each_machine() {
    let text = text(&story("2018-12-18").page());
    for command in [
        "sha256sum tagmanifest-sha256.txt",
        "shasum -a 256 -c tagmanifest-sha256.txt manifest-sha256.txt",
        "certutil -hashfile tagmanifest-sha256.txt SHA256",
        "Get-FileHash -LiteralPath",
        "ssh-keygen -Y verify -f allowed_signers",
        "cmd /c $c",
        "head -c 412345 ledger.jsonl",
        "OpenSSH 8.1 or later",
        "DEMONSTRATION",
    ] {
        assert!(text.contains(command), "{command}");
    }
}
