defmodule Thumbnailer.Plug do
  @moduledoc """
  A [plug](https://hexdocs.pm/plug) that serves thumbnails of the images in a folder.

      defmodule MyAppWeb.Thumbs do
        use Thumbnailer.Plug,
          at: "/thumbs",
          root: {:my_app, "priv/images"},
          sizes: [small: 200, card: {{400, 300}, fit: :cover, format: :webp}]
      end

  In the endpoint it is `plug MyAppWeb.Thumbs`, and `MyAppWeb.Thumbs.path(:card, "2026/cat.jpg")` is the address of a thumbnail.
  `plug Thumbnailer.Plug, at: "/thumbs", ...` serves without a module of its own.

  `GET /thumbs/card/2026/cat.jpg` answers with the thumbnail of `2026/cat.jpg`. Only the sizes that are listed can be had,
  so nobody can keep the machine busy with others. Answers carry an ETag, which is computed without making the
  thumbnail, and a `cache-control` header; a browser that has the thumbnail gets a 304. Simultaneous requests for the same
  thumbnail make it once.

  The package `plug` is an optional dependency: an application that has it, as each with Phoenix, need do nothing.

  ## Options

  #{Thumbnailer.Plug.Options.docs()}

  ## Answers

  | status | when |
  |---|---|
  | 200, 304 | here it is; the browser's is still right |
  | 206, 416 | a part of a thumbnail that is in the `:cache`; the part does not exist |
  | 400 | the path is no UTF-8 |
  | 403 | the signature is missing, wrong or has expired |
  | 404 | no such size, no such image, or none that may be read |
  | 405 | neither GET nor HEAD |
  | 415, 422 | no image of a format that is read; an image that is damaged, too large or kills its worker |
  | 500 | a fault of this library or of the configuration |
  | 503, 504 | too much to do, or the program is away: with `retry-after`; the deadline has passed |

  The body of an error is its reason. Requests outside `:at` are left to the next plug.

  ## Signed addresses

  With a `:secret` only addresses that `path/4` has made are answered, and those with an expiry end with it. A signature is
  good for one mount (`:at`), size, image and expiry. Below a `forward` the mount is known only from `:at`.

      thumbs = Thumbnailer.Plug.init(at: "/thumbs", root: "uploads", sizes: [small: 200], secret: {MyApp, :secret, []})

      Thumbnailer.Plug.path(thumbs, :small, "2026/cat.jpg", expires_in: 3600)
      #=> "/thumbs/small/2026/cat.jpg?expires=1767225600&signature=kq…"

  docs/plug.md has recipes: Phoenix, a cache on disk, `srcset`, many nodes. `Thumbnailer.Telemetry` lists the events.
  """

  alias Thumbnailer.{Error, Telemetry}
  alias Thumbnailer.Plug.{Address, Cache, Options, Response, Signature, Variant}

  require Logger

  # Without the package it is a plug all the same, which nobody can call.
  if match?({:module, _}, Code.ensure_compiled(Plug)), do: @behaviour(Plug)

  @typedoc "The checked options that `init/1` yields."
  @type options :: struct

  @doc """
  Makes the calling module a plug with these options, and with a `path/3` of its own.

      defmodule MyAppWeb.Avatars do
        use Thumbnailer.Plug, at: "/avatars", root: "avatars", sizes: [small: 96]
      end

      "/avatars/small/7.png" = MyAppWeb.Avatars.path(:small, "7.png")

  The options are checked when the module is compiled.
  """
  @doc since: "0.1.0"
  @spec __using__(Macro.t()) :: Macro.t()
  defmacro __using__(opts) do
    quote do
      @behaviour Plug
      @thumbnailer Thumbnailer.Plug.init(unquote(opts))

      @impl Plug
      def init(_opts), do: @thumbnailer

      @impl Plug
      def call(conn, options), do: Thumbnailer.Plug.call(conn, options)

      @doc "The address of a thumbnail, see `Thumbnailer.Plug.path/4`."
      @spec path(atom, Path.t(), expires_in: pos_integer) :: String.t()
      def path(size, image, opts \\ []),
        do: Thumbnailer.Plug.path(@thumbnailer, size, image, opts)
    end
  end

  @doc """
  Checks the options; raises `ArgumentError` for the first that is wrong.

      iex> Thumbnailer.Plug.init(root: "/srv/images", sizes: [small: 200]).max_age
      86400
  """
  @doc since: "0.1.0"
  @spec init(keyword) :: options
  def init(opts), do: Options.cast!(opts)

  @doc """
  The address of a thumbnail, signed when the options have a `:secret`.

  `expires_in:` is in seconds and needs a secret; without it the address is good for ever. Raises `ArgumentError` for what
  the plug would refuse: another size, an image outside of the root.

      iex> thumbs = Thumbnailer.Plug.init(at: "/thumbs", root: "/srv/images", sizes: [small: 200])
      iex> Thumbnailer.Plug.path(thumbs, :small, "2026/my cat.jpg")
      "/thumbs/small/2026/my%20cat.jpg"
  """
  @doc since: "0.1.0"
  @spec path(options, atom, Path.t(), expires_in: pos_integer) :: String.t()
  def path(%Options{} = options, size, image, opts \\ []) do
    unless List.keymember?(options.sizes, size, 0) do
      raise ArgumentError,
            "size must be one of #{inspect(Keyword.keys(options.sizes))}, got: #{inspect(size)}"
    end

    path = Address.encode(options.at, size, Address.check_image!(image))
    path <> Signature.query(options, path, opts)
  end

  @doc """
  Answers a request below `:at`, and leaves every other as it is.

      thumbs = Thumbnailer.Plug.init(at: "/thumbs", root: "photos", sizes: [small: 200])
      conn = Plug.Test.conn(:get, "/thumbs/small/hills.jpg")
      %{status: 200} = Thumbnailer.Plug.call(conn, thumbs)
  """
  @doc since: "0.1.0"
  @spec call(conn, options) :: conn when conn: struct
  def call(conn, %Options{at: at} = options) do
    case Address.split(conn, at) do
      {mount, rest} ->
        warn_of_accepts(conn)
        measured(fn -> answer(conn, mount, rest, options) end)

      nil ->
        conn
    end
  end

  # What Phoenix's `plug :accepts` leaves behind when it lets a request through. Those of an <img> it does not let through: nobody
  # would see here why they fail.
  defp warn_of_accepts(%{private: %{phoenix_format: format}}) do
    unless :persistent_term.get(__MODULE__, false) do
      :persistent_term.put(__MODULE__, true)

      Logger.warning(
        "thumbnailer plug: it stands behind `plug :accepts`, with the format #{inspect(format)}: browsers ask for images with " <>
          "accept: image/*, which that answers with 406; forward to it outside of that pipeline",
        domain: [:thumbnailer]
      )
    end
  end

  defp warn_of_accepts(_conn), do: :ok

  defp measured(answer) do
    start = System.monotonic_time()
    {outcome, conn, about} = answer.()
    Telemetry.plug(outcome, start, Map.put(about, :status, conn.status))
    conn
  end

  defp answer(%{method: method} = conn, mount, rest, options) when method in ["GET", "HEAD"] do
    response = Response.new(conn)

    with {:ok, size, image} <- Address.parse(rest, options),
         path = Address.encode(mount, size, image),
         {:ok, left} <- Signature.check(options, path, conn.query_string),
         {:ok, variant} <- Variant.find(options, size, image, Response.accepted(conn)) do
      response |> Response.cacheable(variant, options, left) |> deliver(variant, conn, options)
    else
      {:error, status, body} -> {:refused, Response.send(response, status, body), %{error: nil}}
    end
  end

  defp answer(conn, _mount, _rest, _options),
    do: {:refused, conn |> Response.new() |> Response.not_allowed(), %{error: nil}}

  defp deliver(response, variant, conn, options) do
    about = %{size: variant.name, source: variant.source}

    if Response.matches_etag?(conn, variant.tag),
      do: {:not_modified, Response.not_modified(response), about},
      else: thumbnail(response, variant, Cache.find(options.cache, variant), options, about)
  end

  defp thumbnail(response, _variant, {:ok, {_path, format, bytes} = hit}, _options, about),
    do:
      {:hit, Response.send_file(response, hit), Map.merge(about, %{format: format, bytes: bytes})}

  defp thumbnail(response, variant, :none, options, about) do
    case Thumbnailer.make(variant.source, variant.size, variant.options) do
      {:ok, thumbnail} ->
        Cache.put(options.cache, variant, thumbnail)
        about = Map.merge(about, Map.take(thumbnail, [:format, :bytes]))
        {:made, Response.send_thumbnail(response, thumbnail), about}

      {:error, %Error{reason: reason} = error} ->
        {:refused, Response.send_error(response, error), Map.put(about, :error, reason)}
    end
  end
end
