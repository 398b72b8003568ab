//! Which key files are accepted (attacks VA-03).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::kek::{KekError, new_line};
use super::keyring::Keyring;
use crate::base::entropy::SystemEntropy;
use crate::config::SealingSettings;

const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

#[test]
fn the_first_key_seals_and_every_key_opens() {
    let text = format!("# ours\n\n  prod-2026: {KEY}\r\nprod-2025:{KEY}\n");
    let keyring = Keyring::from_text(&text).unwrap();
    assert_eq!(keyring.active_id(), "prod-2026");
    assert_eq!(
        keyring.configured().collect::<Vec<_>>(),
        ["prod-2026", "prod-2025"]
    );
    assert!(keyring.kek("prod-2025").is_ok());
    assert!(keyring.kek("prod-2024").is_err());
    assert!(!keyring.has_development_key());
    assert_eq!(format!("{keyring:?}"), r#"Keyring["prod-2026", "prod-2025"]"#);
}

#[test]
fn a_new_line_is_a_key() {
    let line = new_line("dev-1", &SystemEntropy).unwrap();
    let keyring = Keyring::from_text(line.expose()).unwrap();
    assert!(keyring.has_development_key());
    assert!(new_line("a:b", &SystemEntropy).is_err());
}

/// VA-03: refused with the key's id.
#[test]
fn a_keyring_that_cannot_be_meant_is_refused() {
    let refusal = |text: &str| Keyring::from_text(text).unwrap_err().to_string();
    assert_eq!(
        refusal("# none\n\n"),
        "no key-encryption key is given: make one as keys/README.md says, and name its file in sealing.kek_files"
    );
    assert_eq!(refusal("# none\nkey\n"), "line 2 is not of the form id:base64");
    assert!(refusal(&format!(":{KEY}")).starts_with("line 1 has an id"));
    assert!(refusal(&format!("a b:{KEY}")).starts_with("line 1 has an id"));
    assert!(refusal(&format!("{}:{KEY}", "a".repeat(65))).starts_with("line 1 has an id"));
    for wrong in ["", "AQEB", KEY.trim_end_matches('='), &format!("{KEY}{KEY}"), "%"] {
        let message = refusal(&format!("k1:{wrong}"));
        assert_eq!(message, "the key-encryption key k1 is not base64 of 32 bytes");
    }
    let zero = STANDARD.encode([0; 32]);
    assert_eq!(
        refusal(&format!("k1:{zero}")),
        "the key-encryption key k1 is all zero"
    );
    let twice = format!("k1:{KEY}\nk1:{KEY}");
    assert_eq!(refusal(&twice), "there are two key-encryption keys k1");
}

fn of_files(kek_files: Vec<std::path::PathBuf>) -> SealingSettings {
    SealingSettings {
        kek_files,
        ..SealingSettings::default()
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;

    let path = std::env::temp_dir().join(format!("signet-kek-{}", std::process::id()));
    std::fs::write(&path, format!("k1:{KEY}\n")).unwrap();
    for (mode, accepted) in [
        (0o400, true),
        (0o600, true),
        (0o440, true),
        (0o640, true),
        (0o644, false),
        (0o604, false),
        (0o620, false),
        (0o666, false),
    ] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let loaded = Keyring::load(&of_files(vec![path.clone()]));
        assert_eq!(loaded.is_ok(), accepted, "{mode:o}");
    }
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(
        Keyring::load(&of_files(vec![path])),
        Err(KekError::File { .. })
    ));
    assert!(matches!(
        Keyring::load(&of_files(Vec::new())),
        Err(KekError::Missing)
    ));
}
