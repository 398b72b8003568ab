//! Owns the life of a proof: written with a link and a code, tried, used up. What a secret is compared with is decided
//! in the statement that uses it, so that no two requests use it both.

use std::time::Duration;

use super::kind::VerificationKind;
use super::store;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::entropy::{self, Entropy};
use crate::base::handle::{BackupEpoch, Handle, Kind};
use crate::base::id::{UserId, VerificationId};
use crate::base::secret::Secret;
use crate::db::{DatabaseError, UnitOfWork};
use crate::signing::error::SigningError;
use crate::signing::key_set::KeySet;
use crate::signing::server_key::Purpose;

/// Digits of a code: with [`MOST_WRONG_CODES`] attempts a guess succeeds once in 20 million.
const CODE_LENGTH: usize = 8;
/// After so many wrong codes only the link is left.
pub(super) const MOST_WRONG_CODES: i16 = 5;
/// How long a proof is kept once it is over: those of a day count against what the day allows.
const KEPT: Duration = Duration::from_hours(25);

/// What is mailed. It exists in clear here and in the mail only.
#[derive(Debug)]
pub struct Secrets {
    /// The proof's id: no secret, and worth nothing without the browser that asked.
    pub id: VerificationId,
    /// What the link carries.
    pub token: Handle,
    /// What is typed instead.
    pub code: Secret,
    /// From when on neither proves anything.
    pub expires_at: Timestamp,
}

/// Whom a proof is about.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A person.
    User(&'a UserId),
    /// Nobody who has an account, or nobody who is told: the canonical address alone.
    Address,
}

/// A proof to be written.
#[derive(Debug, Clone, Copy)]
pub struct WrittenProof<'a> {
    /// What it is for.
    pub kind: VerificationKind,
    /// Whom it is about.
    pub subject: Subject<'a>,
    /// Where the mail goes, as it is stored.
    pub address: &'a str,
    /// Its canonical form.
    pub canonical: &'a str,
    /// The browser that may type the code; none: only the link proves anything.
    pub browser: Option<&'a Handle>,
}

/// A proof that waits, as whoever holds its link may see it.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The address that it is about.
    pub address: String,
    /// The person, if there is one.
    pub user_id: Option<UserId>,
}

/// A proof that was given.
#[derive(Debug, Clone)]
pub struct Proven {
    /// The address whose mail somebody reads.
    pub address: String,
    /// The person that it is about, if there is one.
    pub user_id: Option<UserId>,
}

/// What came of a typed code.
#[derive(Debug)]
pub enum CodeOutcome {
    /// It is right: this token proves what the link's would have, which is dead.
    Right(Handle),
    /// It is wrong; so many more may be tried.
    Wrong {
        /// Attempts that are left.
        left: u16,
    },
    /// There is nothing to try it on in this browser, or no longer.
    Over,
}

impl Secrets {
    /// Makes new ones.
    pub fn new(kind: VerificationKind, now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self {
            id: VerificationId::new(now, entropy),
            token: Handle::new(Kind::Verification, entropy),
            code: Secret::new(entropy::digits(entropy, CODE_LENGTH)),
            expires_at: clock::after(now, kind.lifetime()),
        }
    }
}

/// What is kept of a code. It is short, so that only a key of ours makes its digest useless to who reads the table.
fn code_digest(
    keys: &KeySet,
    id: &VerificationId,
    code: &str,
    epoch: BackupEpoch,
) -> Result<Digest, SigningError> {
    let parts: [&[u8]; 4] = [
        b"verification code",
        id.as_str().as_bytes(),
        &epoch.0.to_be_bytes(),
        code.as_bytes(),
    ];
    keys.tag(Purpose::Csrf, &parts).map(|(_, tag)| tag)
}

/// Why a proof was not written, or a code not tried.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The key for digests of codes.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Writes a proof, and ends the one of its kind that was there. One statement.
pub async fn write(
    work: &mut UnitOfWork,
    keys: &KeySet,
    secrets: &Secrets,
    proof: WrittenProof<'_>,
) -> Result<(), VerificationError> {
    let (now, epoch) = (work.now(), work.epoch());
    let code = code_digest(keys, &secrets.id, secrets.code.expose(), epoch)?;
    let row = store::NewRow {
        id: &secrets.id,
        proof,
        token: &secrets.token.digest(epoch),
        code: proof.browser.map(|_| &code),
        browser: proof.browser.map(|browser| browser.digest(epoch)),
        now,
        expires_at: secrets.expires_at,
    };
    Ok(store::write(work.connection()?, &row).await?)
}

/// What the holder of a link may see of its proof; nothing is changed, however often it is asked.
pub async fn find(
    work: &mut UnitOfWork,
    kind: VerificationKind,
    token: &Handle,
) -> Result<Option<Pending>, DatabaseError> {
    let (now, digest) = (work.now(), token.digest(work.epoch()));
    store::find(work.connection()?, kind, &digest, now).await
}

/// Tries a code in the browser that asked for it. Wrong ones are counted in the same statement.
pub async fn try_code(
    work: &mut UnitOfWork,
    keys: &KeySet,
    kind: VerificationKind,
    id: &VerificationId,
    browser: &Handle,
    typed: &str,
) -> Result<CodeOutcome, VerificationError> {
    let (now, epoch) = (work.now(), work.epoch());
    // However it was copied: mail programs add spaces, and people hyphens.
    let typed: String = typed
        .chars()
        .filter(char::is_ascii_digit)
        .take(CODE_LENGTH + 1)
        .collect();
    let token = Handle::new(Kind::Verification, work.entropy());
    let attempt = store::Attempt {
        kind,
        id,
        browser: &browser.digest(epoch),
        code: &code_digest(keys, id, &typed, epoch)?,
        token: &token.digest(epoch),
        now,
    };
    Ok(match store::try_code(work.connection()?, &attempt).await? {
        None => CodeOutcome::Over,
        Some((true, _)) => CodeOutcome::Right(token),
        Some((false, wrong)) => CodeOutcome::Wrong {
            left: u16::try_from(MOST_WRONG_CODES.saturating_sub(wrong)).unwrap_or(0),
        },
    })
}

/// Uses a proof up, once; none if it is not there, over, used, or of another kind.
pub async fn use_up(
    work: &mut UnitOfWork,
    kind: VerificationKind,
    token: &Handle,
) -> Result<Option<Proven>, DatabaseError> {
    let (now, digest) = (work.now(), token.digest(work.epoch()));
    store::use_up(work.connection()?, kind, &digest, now).await
}

/// Ends every proof that waits for a person, and every sign-up that waits for an address of theirs.
pub async fn end_all_of(work: &mut UnitOfWork, user: &UserId) -> Result<(), DatabaseError> {
    let now = work.now();
    store::end_all_of(work.connection()?, user, now).await
}

/// How many signed up since then.
pub async fn signed_up_since(work: &mut UnitOfWork, since: Timestamp) -> Result<i64, DatabaseError> {
    store::signed_up_since(work.connection()?, since).await
}

/// Deletes at most `limit` proofs that are long over; says how many.
pub async fn expire(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), KEPT);
    store::expire(work.connection()?, before, limit).await
}
