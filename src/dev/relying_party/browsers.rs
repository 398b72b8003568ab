//! Owns what the application remembers of each browser: sign-ins under way and the tokens it holds. In memory,
//! bounded, keyed by a random cookie. It does not know how tokens are had.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use openidconnect::Nonce;

use super::exchange::SignedIn;
use crate::base::clock::{self, Timestamp};
use crate::base::entropy::{self, Entropy};
use crate::base::handle::RANDOM_LENGTH;
use crate::base::secret::Secret;

/// Browsers that are remembered; the one that was quiet for longest is forgotten first.
const BROWSERS: usize = 1000;
/// Sign-ins that one browser may have under way, in as many tabs.
const PENDING: usize = 8;
/// How long a sign-in may take.
const PENDING_TIME: Duration = Duration::from_mins(15);

/// A sign-in under way. Each value is random, and used once.
#[derive(Debug)]
pub(super) struct Pending {
    /// Bound into the ID token.
    pub(super) nonce: Nonce,
    /// Proves to the token endpoint that the code is ours (RFC 7636).
    pub(super) verifier: Secret,
    /// When it began.
    pub(super) began_at: Timestamp,
}

#[derive(Debug)]
struct Browser {
    seen_at: Timestamp,
    pending: BTreeMap<String, Pending>,
    signed_in: Option<Arc<SignedIn>>,
}

/// All browsers.
#[derive(Debug, Default)]
pub(super) struct Browsers {
    entries: Mutex<HashMap<String, Browser>>,
}

impl Browsers {
    /// Remembers a sign-in under its `state`; answers with the cookie's value, which is new if the browser is.
    pub(super) fn begin(
        &self,
        cookie: Option<String>,
        state: String,
        pending: Pending,
        entropy: &dyn Entropy,
    ) -> String {
        let now = pending.began_at;
        let mut entries = self.lock();
        let key = cookie
            .filter(|key| entries.contains_key(key))
            .unwrap_or_else(|| entropy::base62(entropy, RANDOM_LENGTH));
        let browser = entries.entry(key.clone()).or_insert_with(|| Browser {
            seen_at: now,
            pending: BTreeMap::new(),
            signed_in: None,
        });
        browser.seen_at = now;
        browser.pending.retain(|_, pending| is_open(pending, now));
        if browser.pending.len() >= PENDING {
            drop_oldest(&mut browser.pending, |pending| pending.began_at);
        }
        browser.pending.insert(state, pending);
        forget_quiet(&mut entries);
        key
    }

    /// Takes the sign-in of a `state`: once, in time, and only for the browser that began it.
    pub(super) fn take(&self, cookie: Option<&str>, state: &str, now: Timestamp) -> Option<Pending> {
        self.lock()
            .get_mut(cookie?)?
            .pending
            .remove(state)
            .filter(|pending| is_open(pending, now))
    }

    /// Remembers what a sign-in brought, under a new cookie: one that somebody planted before is worth nothing.
    pub(super) fn sign_in(&self, cookie: Option<&str>, signed_in: SignedIn, entropy: &dyn Entropy) -> String {
        let mut entries = self.lock();
        let pending = cookie
            .and_then(|key| entries.remove(key))
            .map(|browser| browser.pending)
            .unwrap_or_default();
        let key = entropy::base62(entropy, RANDOM_LENGTH);
        let browser = Browser {
            seen_at: signed_in.received_at,
            pending,
            signed_in: Some(Arc::new(signed_in)),
        };
        entries.insert(key.clone(), browser);
        forget_quiet(&mut entries);
        key
    }

    /// What the browser's last sign-in or refresh brought.
    pub(super) fn signed_in(&self, cookie: Option<&str>) -> Option<Arc<SignedIn>> {
        self.lock().get(cookie?)?.signed_in.clone()
    }

    /// Replaces the tokens of a browser that is still signed in.
    pub(super) fn renew(&self, cookie: Option<&str>, renewed: SignedIn) {
        let mut entries = self.lock();
        let Some(browser) = cookie.and_then(|key| entries.get_mut(key)) else {
            return;
        };
        browser.seen_at = renewed.received_at;
        if let Some(signed_in) = &mut browser.signed_in {
            *signed_in = Arc::new(renewed);
        }
    }

    /// Forgets the browser, and hands over what it was signed in with.
    pub(super) fn sign_out(&self, cookie: Option<&str>) -> Option<Arc<SignedIn>> {
        self.lock().remove(cookie?)?.signed_in
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Browser>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_open(pending: &Pending, now: Timestamp) -> bool {
    now < clock::after(pending.began_at, PENDING_TIME)
}

fn forget_quiet(entries: &mut HashMap<String, Browser>) {
    if entries.len() > BROWSERS {
        let quietest = entries
            .iter()
            .min_by_key(|(_, browser)| browser.seen_at)
            .map(|(key, _)| key.clone());
        if let Some(key) = quietest {
            entries.remove(&key);
        }
    }
}

fn drop_oldest<V>(entries: &mut BTreeMap<String, V>, age: impl Fn(&V) -> Timestamp) {
    let oldest = entries
        .iter()
        .min_by_key(|(_, value)| age(value))
        .map(|(key, _)| key.clone());
    if let Some(key) = oldest {
        entries.remove(&key);
    }
}
