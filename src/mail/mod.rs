//! Mail to people: a closed list of messages, each in every language of the catalogue, as text and HTML; how it leaves
//! (a server, or a folder in development); how many an address gets; and which addresses take none. A mail is added to
//! the queue in the transaction of the act that wants it (`lifecycle::send_mail`) and handed over afterwards, so that a
//! server that is slow or away delays mail and nothing else. It opens no link and follows nobody: no picture, no script,
//! nothing that tells that a mail was read.

pub mod bounce;
mod content;
mod letter;
pub mod limit;
mod mailer;
mod message;
mod name;
pub mod outbox;
mod sample;
mod smtp;
mod store;
mod transport;

pub use content::Content;
pub use letter::{Letter, LetterError, Sender};
pub use mailer::{Mailer, MailerError, Unsent};
pub use message::{Budget, Mail, Message, MessageKind};
pub use sample::sample;
pub use transport::{Transport, Undelivered};
