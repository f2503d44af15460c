defmodule Thumbnailer.Plug do
  @moduledoc """
  A [plug](https://github.com/elixir-plug/plug) that serves thumbnails of the images in a folder.

      defmodule MyApp.Endpoint do
        use Plug.Builder

        plug Thumbnailer.Plug,
          at: "/thumbs",
          root: {:my_app, "priv/uploads"},
          sizes: [small: 200, card: {{400, 300}, fit: :cover, format: :webp}]
      end

  `GET /thumbs/card/2026/cat.jpg` answers with the thumbnail of `2026/cat.jpg`. Only the sizes that are listed can be had,
  so nobody can keep the machine busy with others. Answers carry an ETag, which costs no image to find out, and a
  `cache-control` header; a browser that has the thumbnail gets a 304. Below `forward` of a router leave out `:at`.

  The application brings the plug dependency; this library has none.

  ## Options

  #{Thumbnailer.Plug.Options.docs()}

  ## Answers

  | status | when |
  |---|---|
  | 200, 304 | here it is; the browser's is still right |
  | 400 | the path is no UTF-8 |
  | 403 | the signature is missing, wrong or has expired |
  | 404 | no such size, no such image, or none that may be read |
  | 405 | neither GET nor HEAD |
  | 415, 422 | no image of a format that is read; an image that is damaged, too large or kills its worker |
  | 500 | a fault of this library or of the configuration |
  | 503, 504 | too much to do, or the program is away: with `retry-after`; the deadline has passed |

  The body of an error is its reason. What is under no `:at` is left to the next plug.

  ## Signed addresses

  With a `:secret`, `path/4` makes addresses that only its owner can make, and that end when they are told to:

      thumbs = Thumbnailer.Plug.init(at: "/thumbs", root: "uploads", sizes: [small: 200], secret: {MyApp, :secret, []})

      Thumbnailer.Plug.path(thumbs, :small, "2026/cat.jpg", expires_in: 3600)
      #=> "/thumbs/small/2026/cat.jpg?expires=1767225600&signature=kq…"

  docs/plug.md has recipes: Phoenix, a cache on disk, `srcset`, many nodes.
  """

  alias Thumbnailer.Error
  alias Thumbnailer.Plug.{Cache, Options, Response, Signature, Variant}

  @doc """
  Checks the options; raises `ArgumentError` for the first that is wrong.

      iex> Thumbnailer.Plug.init(root: "/srv/images", sizes: [small: 200]).max_age
      86400
  """
  @doc since: "0.1.0"
  @spec init(keyword) :: Options.t()
  def init(opts), do: Options.cast!(opts)

  @doc """
  The address of a thumbnail, signed when the options have a `:secret`.

  `expires_in:` is in seconds and needs a secret; without it the address is good for ever.

      iex> thumbs = Thumbnailer.Plug.init(at: "/thumbs", root: "/srv/images", sizes: [small: 200])
      iex> Thumbnailer.Plug.path(thumbs, :small, "2026/my cat.jpg")
      "/thumbs/small/2026/my%20cat.jpg"
  """
  @doc since: "0.1.0"
  @spec path(Options.t(), atom, Path.t(), expires_in: pos_integer) :: String.t()
  def path(%Options{} = options, size, image, opts \\ []) do
    unless List.keymember?(options.sizes, size, 0) do
      raise ArgumentError,
            "size must be one of #{inspect(Keyword.keys(options.sizes))}, got: #{inspect(size)}"
    end

    segments = options.at ++ [Atom.to_string(size) | String.split(image, "/", trim: true)]

    encoded =
      Enum.map(segments, &["/", URI.encode(&1, fn char -> URI.char_unreserved?(char) end)])

    IO.iodata_to_binary([encoded, Signature.query(options, size, image, opts)])
  end

  @doc """
  Answers a request below `:at`, and leaves every other as it is.

      thumbs = Thumbnailer.Plug.init(at: "/thumbs", root: "photos", sizes: [small: 200])
      conn = Plug.Test.conn(:get, "/thumbs/small/hills.jpg")
      %{status: 200} = Thumbnailer.Plug.call(conn, thumbs)
  """
  @doc since: "0.1.0"
  @spec call(conn, Options.t()) :: conn when conn: struct
  def call(conn, %Options{at: at} = options) do
    case Enum.split(conn.path_info, length(at)) do
      {^at, rest} -> conn |> Response.new() |> answer(rest, conn, options)
      _other -> conn
    end
  end

  defp answer(response, rest, %{method: method} = conn, options) when method in ["GET", "HEAD"] do
    with {:ok, size, image} <- Variant.parse(rest, options),
         {:ok, left} <- Signature.check(options, size, image, conn.query_string),
         {:ok, variant} <- Variant.find(options, size, image, Response.accepted(conn)) do
      response |> Response.cacheable(variant, options, left) |> deliver(variant, conn, options)
    else
      {:error, status, body} -> Response.send(response, status, body)
    end
  end

  defp answer(response, _rest, _conn, _options), do: Response.not_allowed(response)

  defp deliver(response, variant, conn, options) do
    if Response.matches_etag?(conn, variant.tag),
      do: Response.not_modified(response),
      else: response |> thumbnail(variant, Cache.find(options.cache, variant.tag), options)
  end

  defp thumbnail(response, _variant, {:ok, path, format}, _options),
    do: Response.send_file(response, path, format)

  defp thumbnail(response, variant, :none, options) do
    case Thumbnailer.make(variant.source, variant.size, variant.options) do
      {:ok, thumbnail} ->
        Cache.put(options.cache, variant.tag, thumbnail)
        Response.send_thumbnail(response, thumbnail)

      {:error, %Error{} = error} ->
        Response.send_error(response, error)
    end
  end
end
