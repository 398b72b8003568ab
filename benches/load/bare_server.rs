//! Owns a server that answers every request alike: with nothing, which is the floor of documents, or as an HTTP hook.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::Ipv4Addr;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Answers until the parent ends, on as many threads as the server has.
pub(crate) fn serve(body: &'static str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        writeln!(std::io::stdout(), "{}", socket.local_addr()?)?;
        loop {
            let (stream, _) = socket.accept().await?;
            stream.set_nodelay(true)?;
            let service = service_fn(move |request| answer(request, body));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}

async fn answer(request: Request<Incoming>, body: &'static str) -> Result<Response<Full<Bytes>>, Infallible> {
    // Whoever sends a body waits until it was taken; one that breaks off is not answered anyway.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::from(body));
    if !body.is_empty() {
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(response)
}
