//! Where a test's mails go: kept in memory, or treated as a mail server in trouble would.

use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use signet::mail::{Letter, Transport, Undelivered};
use tokio::sync::Semaphore;

/// How mails are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// They are kept.
    Takes,
    /// Not now.
    Busy,
    /// Never.
    Refuses,
    /// No answer, until [`Mailbox::let_go`].
    Hangs,
}

/// Mails that were sent.
pub struct Mailbox {
    letters: Mutex<Vec<Letter>>,
    manner: Mutex<Manner>,
    begun: Semaphore,
    go: Semaphore,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            letters: Mutex::default(),
            manner: Mutex::new(Manner::Takes),
            begun: Semaphore::new(0),
            go: Semaphore::new(0),
        }
    }
}

impl Mailbox {
    /// From now on mails are treated so.
    pub fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// Every mail that was taken, the oldest first.
    pub fn all(&self) -> Vec<Letter> {
        self.letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The last mail to an address.
    pub fn last_to(&self, address: &str) -> Letter {
        let found = self.all().into_iter().rfind(|letter| letter.to == address);
        found.unwrap_or_else(|| panic!("no mail to {address}"))
    }

    /// How many mails went to an address.
    pub fn count_to(&self, address: &str) -> usize {
        self.all().iter().filter(|letter| letter.to == address).count()
    }

    /// Waits until so many more were handed over, taken or not.
    pub async fn begun(&self, number: u32) {
        self.begun.acquire_many(number).await.expect("open").forget();
    }

    /// Lets so many that hang be taken.
    pub fn let_go(&self, number: usize) {
        self.go.add_permits(number);
    }

    async fn take(&self, letter: &Letter) -> Result<(), Undelivered> {
        let manner = *self.manner.lock().unwrap_or_else(PoisonError::into_inner);
        self.begun.add_permits(1);
        match manner {
            Manner::Takes => {}
            Manner::Busy => return Err(Undelivered::temporarily("451 4.3.2 busy")),
            Manner::Refuses => {
                return Err(Undelivered {
                    reason: "550 5.1.1 no such user".to_owned(),
                    permanent: true,
                });
            }
            Manner::Hangs => self.go.acquire().await.expect("open").forget(),
        }
        self.letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(letter.clone());
        Ok(())
    }
}

impl Transport for Mailbox {
    fn deliver<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), Undelivered>> {
        Box::pin(self.take(letter))
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Undelivered>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn told(&self) -> String {
        "memory".to_owned()
    }
}

/// The link of a mail's text.
pub fn link(letter: &Letter) -> String {
    let mut lines = letter.text.lines();
    let found = lines.find(|line| line.starts_with("http"));
    found
        .unwrap_or_else(|| panic!("no link: {}", letter.text))
        .to_owned()
}
