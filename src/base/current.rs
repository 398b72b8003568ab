//! Owns a value that many read and that is replaced as a whole: what a cache of one document holds.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

/// The value of this moment.
#[derive(Debug)]
pub struct Current<T> {
    value: RwLock<Arc<T>>,
    reloading: Mutex<()>,
}

impl<T> Current<T> {
    /// Holds a first value.
    pub fn new(value: Arc<T>) -> Self {
        Self {
            value: RwLock::new(value),
            reloading: Mutex::new(()),
        }
    }

    /// The value of this moment. Whoever takes it once sees nothing change under their hands.
    #[must_use]
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the value anew and replaces it; gives the one before. If the reading fails, the old one stays. One at a
    /// time from question to answer: else an older answer could replace a newer one, and bring back what was revoked.
    pub async fn reload<E>(&self, read: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        let _reloading = self.reloading.lock().await;
        let value = Arc::new(read.await?);
        let mut current = self.value.write().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::replace(&mut *current, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_reading_leaves_the_value() {
        let current = Current::new(Arc::new(1));
        assert_eq!(current.reload(async { Ok::<_, ()>(2) }).await.as_deref(), Ok(&1));
        assert_eq!(current.reload(async { Err("no") }).await, Err("no"));
        assert_eq!(*current.get(), 2);
    }
}
