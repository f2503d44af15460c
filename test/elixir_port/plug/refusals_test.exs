defmodule Thumbnailer.Plug.RefusalsTest do
  # What is answered to a request that gets no thumbnail.
  use ExUnit.Case, async: true

  import Plug.Conn, only: [request: 3, sent_header: 2]
  import Thumbnailer.Fixtures
  import Thumbnailer.PlugRequests

  test "what is not there is not found, whatever way it is asked for" do
    for address <- [
          "/thumbs",
          "/thumbs/small",
          "/thumbs/huge/photo.jpg",
          "/thumbs/small/missing.jpg",
          "/thumbs/small/../images/photo.jpg",
          "/thumbs/small/%2e%2e/images/photo.jpg",
          "/thumbs/small/..%2Fimages%2Fphoto.jpg",
          "/thumbs/small/..%5Cphoto.jpg",
          "/thumbs/small/photo.jpg%00",
          "/thumbs/small/."
        ] do
      conn = get(address)
      assert {address, conn.status, conn.halted} == {address, 404, true}
      assert sent_header(conn, "cache-control") == "no-store"
      assert sent_header(conn, "etag") == nil
    end
  end

  test "a path that is no UTF-8 is a bad request" do
    assert %{status: 400} = get("/thumbs/small/%ff.jpg")
  end

  test "another method is refused with those that are accepted" do
    conn = "/thumbs/small/photo.jpg" |> request([], "POST") |> Thumbnailer.Plug.call(plug())
    assert conn.status == 405
    assert sent_header(conn, "allow") == "GET, HEAD"
  end

  @tag :real
  test "a file that is no image is an unsupported type, and its answer is not kept" do
    conn = get("/thumbs/small/not_an_image.jpg")
    assert %{status: 415, resp_body: "unsupported_format\n"} = conn
    assert sent_header(conn, "cache-control") == "no-store"
    assert sent_header(conn, "etag") == nil
  end

  test "a program that is away is a service that is unavailable, to be asked again" do
    conn =
      get("/thumbs/small/photo.jpg",
        options: [on: start_fake(:plug_away, "never_hello", start_timeout: 20), timeout: 200]
      )

    assert conn.status in [503, 504]
    if conn.status == 503, do: assert(sent_header(conn, "retry-after") == "1")
  end
end
