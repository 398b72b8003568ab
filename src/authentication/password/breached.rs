//! Owns the look-up of a password in an operator's list of those that were leaked: a file in the form in which Have I Been
//! Pwned gives them, `SHA-1:COUNT` a line, sorted by the hash. The file is tens of gigabytes, so that it is neither
//! read nor held: a search halves it, some forty short reads. Nothing is asked of anybody else.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::base::digest;

/// Hexadecimal digits of a hash.
const HASH_LENGTH: usize = 40;
/// The longest line that is read: a hash and a count.
const LONGEST_LINE: u64 = 80;

/// Whether the list holds the password. Blocks for as long as the disk does.
pub(super) fn holds(list: &Path, password: &[u8]) -> io::Result<bool> {
    let wanted = hexadecimal(&digest::plain_sha1(password));
    let file = File::open(list)?;
    // Lines that begin before `low` are smaller than what is wanted, those that begin at `high` or later are not.
    let (mut low, mut high) = (0, file.metadata()?.len());
    let mut reader = BufReader::with_capacity(256, file);
    while low < high {
        let middle = low + (high - low) / 2;
        match line_from(&mut reader, middle)? {
            Some((line, _)) if line == wanted => return Ok(true),
            Some((line, after)) if line < wanted => low = after.max(middle + 1),
            // It is too large, or no line begins from there on.
            None | Some(_) => high = middle,
        }
    }
    Ok(false)
}

/// The hash of the first line that begins at this place or later, and where the next one begins.
fn line_from(reader: &mut BufReader<File>, place: u64) -> io::Result<Option<(String, u64)>> {
    let mut begins = place.saturating_sub(1);
    reader.seek(SeekFrom::Start(begins))?;
    if place > 0 {
        // The rest of the line that the place is in, or the end of the one before it.
        begins += read_line(reader)?.len() as u64;
    }
    let line = read_line(reader)?;
    if line.is_empty() {
        return Ok(None);
    }
    let hash = line
        .get(..HASH_LENGTH)
        .and_then(|hash| std::str::from_utf8(hash).ok());
    let hash = hash.filter(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let hash = hash.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a line has no SHA-1 hash"))?;
    Ok(Some((hash.to_ascii_uppercase(), begins + line.len() as u64)))
}

fn read_line(reader: &mut BufReader<File>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    Ok(line)
}

fn hexadecimal(hash: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(HASH_LENGTH);
    for byte in hash {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02X}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn list(name: &str, passwords: &[&str], ending: &str) -> std::path::PathBuf {
        let mut lines: Vec<String> = passwords
            .iter()
            .enumerate()
            .map(|(number, password)| {
                let hash = hexadecimal(&digest::plain_sha1(password.as_bytes()));
                format!(
                    "{hash}:{}{ending}",
                    10_u64.pow(u32::try_from(number % 9).unwrap())
                )
            })
            .collect();
        lines.sort();
        let path = std::env::temp_dir().join(format!("signet-{name}-{}", std::process::id()));
        File::create(&path)
            .unwrap()
            .write_all(lines.concat().as_bytes())
            .unwrap();
        path
    }

    #[test]
    fn every_line_is_found_and_nothing_else() {
        let passwords: Vec<String> = (0..257).map(|number| format!("password {number}")).collect();
        let all: Vec<&str> = passwords.iter().map(String::as_str).collect();
        for (count, ending) in [(0, "\n"), (1, "\n"), (2, "\r\n"), (3, "\n"), (257, "\r\n")] {
            let (held, others) = all.split_at(count);
            let path = list(&format!("{count}"), held, ending);
            assert!(
                held.iter()
                    .all(|password| holds(&path, password.as_bytes()).unwrap()),
                "{count}"
            );
            assert!(
                others
                    .iter()
                    .all(|password| !holds(&path, password.as_bytes()).unwrap()),
                "{count}"
            );
            std::fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn a_file_of_another_form_is_no_list() {
        let path = std::env::temp_dir().join(format!("signet-no-list-{}", std::process::id()));
        std::fs::write(&path, "password\nqwerty\n").unwrap();
        assert!(holds(&path, b"password").is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(holds(&path, b"password").is_err(), "there is none");
    }

    #[test]
    fn a_hash_is_written_as_the_lists_have_it() {
        let hash = hexadecimal(&digest::plain_sha1(b"password"));
        assert_eq!(hash, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
    }
}
