defmodule Thumbnailer.Plug.Response do
  @moduledoc false
  # What the plug sends. The only module that calls Plug.Conn, which the application brings.

  alias Thumbnailer.{Error, Formats, Thumbnail}
  alias Thumbnailer.Plug.{ByteRange, Cache, Options, Variant}

  @compile {:no_warn_undefined, Plug.Conn}

  @type conn :: struct

  # One row for each reason; what the image is to blame for is 422, so that nobody asks again.
  @statuses %{
    not_found: 404,
    not_a_file: 404,
    no_access: 404,
    outside_roots: 404,
    unsupported_format: 415,
    empty_source: 422,
    bad_image: 422,
    too_large: 422,
    crashed: 422,
    out_of_memory: 422,
    sandbox_violation: 422,
    poison: 422,
    step_refused: 422,
    step_failed: 422,
    bad_term: 500,
    bad_request: 500,
    bad_option: 500,
    bad_step: 500,
    untranslated: 500,
    step_disabled: 500,
    duplicate_id: 500,
    encode_failed: 500,
    write_failed: 500,
    internal: 500,
    bad_reply: 500,
    cancelled: 503,
    overloaded: 503,
    unavailable: 503,
    port_exited: 503,
    timeout: 504
  }

  @doc "The status of an error."
  @spec status(Error.reason()) :: 404..504
  def status(reason), do: Map.fetch!(@statuses, reason)

  @doc "What every answer has: no browser may take it for something else than it says."
  @spec new(conn) :: conn
  def new(conn), do: put(conn, "x-content-type-options", "nosniff")

  @doc "The headers of a thumbnail, for `left` seconds at most."
  @spec cacheable(conn, Variant.t(), Options.t(), non_neg_integer | :infinity) :: conn
  def cacheable(conn, variant, options, left) do
    # An atom is greater than any number.
    conn
    |> put("etag", etag(variant.tag))
    |> put("cache-control", "public, max-age=#{min(options.max_age, left)}")
    |> vary(variant.varies?)
  end

  @spec accepted(conn) :: String.t()
  def accepted(conn), do: header(conn, "accept")

  @doc "Whether the browser says that it has what the tag stands for."
  @spec matches_etag?(conn, String.t()) :: boolean
  def matches_etag?(conn, tag) do
    known = conn |> header("if-none-match") |> String.split(",") |> Enum.map(&String.trim/1)
    "*" in known or etag(tag) in known or quoted(tag) in known
  end

  @spec not_modified(conn) :: conn
  def not_modified(conn), do: conn |> Plug.Conn.send_resp(304, "") |> halt()

  @spec not_allowed(conn) :: conn
  def not_allowed(conn), do: conn |> put("allow", "GET, HEAD") |> send(405, "only GET and HEAD")

  @spec send_thumbnail(conn, Thumbnail.t()) :: conn
  def send_thumbnail(conn, thumbnail) do
    conn
    |> put("content-type", Thumbnail.media_type(thumbnail))
    |> Plug.Conn.send_resp(200, thumbnail.data)
    |> halt()
  end

  @doc "A thumbnail from its file, or the part of it that is asked for; the adapter hands the file to the kernel."
  @spec send_file(conn, Cache.hit()) :: conn
  def send_file(conn, {path, format, bytes}) do
    conn =
      conn
      |> put("content-type", Formats.media_type(format))
      |> put("accept-ranges", "bytes")

    case range(conn, bytes) do
      :all ->
        conn |> Plug.Conn.send_file(200, path) |> halt()

      {first, last} ->
        conn
        |> put("content-range", "bytes #{first}-#{last}/#{bytes}")
        |> Plug.Conn.send_file(206, path, first, last - first + 1)
        |> halt()

      :unsatisfiable ->
        conn
        |> put("content-range", "bytes */#{bytes}")
        |> Plug.Conn.delete_resp_header("etag")
        |> send(416, "no such range")
    end
  end

  # With `if-range` only a strong tag would do, and tags are weak: RFC 9110, section 13.1.5.
  defp range(%{method: "GET"} = conn, bytes) do
    if header(conn, "if-range") == "",
      do: conn |> header("range") |> ByteRange.parse(bytes),
      else: :all
  end

  defp range(_head, _bytes), do: :all

  @spec send_error(conn, Error.t()) :: conn
  def send_error(conn, %Error{reason: reason}) do
    status = status(reason)
    conn = if status == 503, do: put(conn, "retry-after", "1"), else: conn
    conn |> Plug.Conn.delete_resp_header("etag") |> send(status, Atom.to_string(reason))
  end

  # An error may be over by the next request.
  @spec send(conn, 400..599, String.t()) :: conn
  def send(conn, status, body) do
    conn
    |> put("cache-control", "no-store")
    |> put("content-type", "text/plain; charset=utf-8")
    |> Plug.Conn.send_resp(status, body <> "\n")
    |> halt()
  end

  # Weak, for another libvips may write the same picture in other bytes.
  defp etag(tag), do: "W/" <> quoted(tag)
  defp quoted(tag), do: ~s("#{tag}")

  # Another plug may have said already what answers vary by.
  defp vary(conn, false), do: conn

  defp vary(conn, true) do
    names =
      for line <- Plug.Conn.get_resp_header(conn, "vary"),
          name <- String.split(line, ","),
          do: name |> String.trim() |> String.downcase()

    if "*" in names or "accept" in names,
      do: conn,
      else: put(conn, "vary", Enum.join(names ++ ["accept"], ", "))
  end

  # Proxies may have made several of one.
  defp header(conn, name), do: conn |> Plug.Conn.get_req_header(name) |> Enum.join(",")
  defp put(conn, name, value), do: Plug.Conn.put_resp_header(conn, name, value)
  defp halt(conn), do: Plug.Conn.halt(conn)
end
