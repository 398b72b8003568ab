//! Owns the list of everything that is deleted once it is over.

use super::job::{Clean, Job};
use crate::app;
use crate::authentication::{throttle, verification};
use crate::authorization::expiry as authorization;
use crate::client::auth::replay;
use crate::hook::Hooks;
use crate::logout::waiting as logout;
use crate::mail::{bounce, limit};
use crate::queue::{self, Retention};
use crate::replica;
use crate::session;
use crate::signing::rotation;
use crate::tenancy::invitation;
use crate::token::{cutoff, expiry as token};

/// Everything that is deleted once it is over.
pub(super) static JOBS: [Job; 19] = [
    Job {
        name: "authorization requests",
        clean: Clean::Batch(|_, work, rows| Box::pin(authorization::expire_requests(work, rows))),
    },
    Job {
        name: "authorization codes",
        clean: Clean::Batch(|_, work, rows| Box::pin(authorization::expire_codes(work, rows))),
    },
    Job {
        name: "reference tokens",
        clean: Clean::Batch(|_, work, rows| Box::pin(token::expire_references(work, rows))),
    },
    Job {
        name: "revocations of access tokens",
        clean: Clean::Batch(|_, work, rows| Box::pin(token::expire_revocations(work, rows))),
    },
    Job {
        name: "grants",
        clean: Clean::Walk(|work, span, rows| Box::pin(token::expire_grants(work, span, rows))),
    },
    Job {
        name: "sessions",
        clean: Clean::Walk(|work, span, rows| Box::pin(session::expire(work, span, rows))),
    },
    Job {
        name: "invitations",
        clean: Clean::Batch(|_, work, rows| Box::pin(invitation::expire(work, rows))),
    },
    Job {
        name: "cut-offs of the membership epoch",
        clean: Clean::Batch(|_, work, rows| Box::pin(cutoff::expire(work, rows))),
    },
    Job {
        name: "logout requests",
        clean: Clean::Batch(|_, work, rows| Box::pin(logout::expire(work, rows))),
    },
    Job {
        name: "sampled questions of hooks",
        // It keeps a number of slots of its own.
        clean: Clean::Batch(|app, work, _| Box::pin(Hooks::expire(work, app::sampling(&app.config().hooks)))),
    },
    Job {
        name: "reports of replicas",
        clean: Clean::Batch(|_, work, rows| Box::pin(replica::expire(work, rows))),
    },
    Job {
        name: "first signatures of replicas",
        clean: Clean::Batch(|_, work, rows| Box::pin(rotation::expire_first_signatures(work, rows))),
    },
    Job {
        name: "verifiers that come no more",
        clean: Clean::Batch(|_, work, rows| Box::pin(rotation::expire_verifiers(work, rows))),
    },
    Job {
        name: "used client assertions",
        clean: Clean::Batch(|_, work, rows| Box::pin(replay::expire(work, rows))),
    },
    Job {
        name: "proofs of mailboxes",
        clean: Clean::Batch(|_, work, rows| Box::pin(verification::expire(work, rows))),
    },
    Job {
        name: "dead letters of the queue",
        clean: Clean::Batch(|app, work, rows| {
            let settings = &app.config().queue;
            let retention = Retention {
                kept_for: settings.kept_for(),
                most: i64::from(settings.keep_dead),
            };
            Box::pin(queue::expire(work, retention, rows))
        }),
    },
    Job {
        name: "counts of mail",
        clean: Clean::Batch(|_, work, rows| Box::pin(limit::expire(work, rows))),
    },
    Job {
        name: "bounces of mail",
        clean: Clean::Batch(|_, work, rows| Box::pin(bounce::expire(work, rows))),
    },
    Job {
        name: "login attempts",
        clean: Clean::Batch(|app, work, rows| Box::pin(throttle::expire(work, app.throttle(), rows))),
    },
];
