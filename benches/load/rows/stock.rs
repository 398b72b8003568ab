//! Owns what was made beforehand and is used up: codes, sessions, tokens.

use std::sync::{Arc, Mutex, PoisonError};

/// Things that several visitors make or take.
pub(super) struct Stock<T>(Arc<Mutex<Vec<T>>>);

impl<T> Stock<T> {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Vec::new())))
    }

    pub(super) fn put(&self, thing: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(thing);
    }

    pub(super) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    pub(super) fn take_all(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl<T> Clone for Stock<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
