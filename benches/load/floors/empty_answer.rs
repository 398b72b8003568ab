//! Owns the floor of documents: a bare hyper server in a process of its own, driven by the same generator.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::children;
use crate::drive::{Failure, Until, Visit, Visitor, Worker, drive};
use crate::http::{Http, Site};
use crate::options;

/// Answers until the parent ends, on as many threads as the server has.
pub(crate) fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        writeln!(std::io::stdout(), "{}", socket.local_addr()?)?;
        loop {
            let (stream, _) = socket.accept().await?;
            stream.set_nodelay(true)?;
            let answer =
                service_fn(async |_| Ok::<_, Infallible>(hyper::Response::new(Empty::<Bytes>::new())));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    })
}

/// Answers per second.
pub(super) async fn rate(connections: u32, time: Duration) -> anyhow::Result<f64> {
    let mut server = children::myself(&[&"empty-answers"])?;
    let site = Site::at(options::address(&server.line()?)?);
    let request = site.get("/", &[]);
    let workers = (0..connections)
        .map(|_| {
            Worker::new(
                site.address,
                Caller {
                    request: request.clone(),
                },
            )
        })
        .collect();
    let (workers, _) = drive(workers, Until::Visits(50)).await?;
    let (_, tally) = drive(workers, Until::Time(time)).await?;
    anyhow::ensure!(tally.errors == 0, "the empty answer failed: {:?}", tally.error);
    Ok(tally.rate())
}

struct Caller {
    request: Vec<u8>,
}

impl Visitor for Caller {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let answer = http.send(&self.request).await?;
        Failure::unless(&answer, 200, "empty answer").map_or(Ok(Visit::Done), Err)
    }
}
