defmodule Thumbnailer.Plug.Options do
  @moduledoc false
  # What `Thumbnailer.Plug` is configured with: one row each, from which the check and the documentation are made.

  alias Thumbnailer.{Formats, Keywords, Request, Source}

  @rows [
    root:
      "the folder of the images: a path, `{app, path}` within an application's folder, or `{module, function, arguments}`, " <>
        "called for each request. A relative path is that of the running system, not of the build; each request asks the file " <>
        "server of the node where that is, which it does not for an absolute path. Give the instance the same folder as " <>
        "`:roots`, and no link leads out of it. Required",
    sizes:
      "the thumbnails that can be had, by the name that stands in the address: a size, or `{size, options}` with options of " <>
        "`Thumbnailer.make/3`. Required",
    at:
      "the whole path that addresses begin with, such as `\"/thumbs\"`, below a `forward`, too. Default: none",
    options:
      "options of `Thumbnailer.make/3` for all sizes, such as `on: MyApp.Thumbs`. `coalesce: true` is one unless it is " <>
        "given: of requests for the same thumbnail at the same time one makes it. Default: `[]`",
    formats:
      "formats that are sent to browsers which say that they take them, best first, such as `[:avif, :webp]`; answers then " <>
        "vary by `accept`. Sizes with a `:format` of their own have that. Default: `[]`",
    max_age: "how long a browser need not ask again, in seconds. Default: 86,400, a day",
    secret:
      "addresses must be signed with it: a binary of 32 bytes or more, or `{module, function, arguments}` that yields one " <>
        "and is called for each request; anything else that it yields raises. Default: none, everybody may have every " <>
        "size of every image",
    cache:
      "a folder in which thumbnails are kept, so that none is made twice; a path or `{app, path}` or `{module, function, " <>
        "arguments}`. It is never tidied up: remove files as you like. Default: none"
  ]

  # A key shorter than the hash is weaker than it: RFC 2104, section 3.
  @secret_bytes 32

  @required [:root, :sizes]
  @derive {Inspect, except: [:secret]}
  @enforce_keys @required
  defstruct [
    :root,
    :secret,
    :cache,
    sizes: [],
    at: [],
    options: [coalesce: true],
    formats: [],
    max_age: 86_400
  ]

  @type place :: Path.t() | {atom, Path.t()} | {module, atom, list}
  @type t :: %__MODULE__{
          root: place,
          sizes: [{atom, {Thumbnailer.Size.t(), keyword}}],
          at: [String.t()],
          options: keyword,
          formats: [Formats.saved()],
          max_age: non_neg_integer,
          secret: binary | {module, atom, list} | nil,
          cache: place | nil
        }

  @spec docs() :: String.t()
  def docs,
    do: Enum.map_join(@rows, "\n", fn {name, doc} -> "  * `#{inspect(name)}` - #{doc}." end)

  @spec cast!(keyword) :: t
  def cast!(opts) do
    Keywords.check!(opts, Keyword.keys(@rows))

    for name <- @required,
        not Keyword.has_key?(opts, name),
        do: raise(ArgumentError, "option #{inspect(name)} is required")

    options = struct!(__MODULE__, for({name, value} <- opts, do: {name, check!(name, value)}))
    check_together!(options)
  end

  @doc "The folder that an option stands for, now."
  @spec folder(place) :: Path.t()
  def folder({module, function, arguments} = call) do
    case apply(module, function, arguments) do
      path when is_binary(path) and path != "" -> Source.expand(path)
      other -> refuse_result!("a folder", call, "a path", inspect(other))
    end
  end

  def folder({app, path}), do: Application.app_dir(app, path)
  def folder(path), do: Source.expand(path)

  @doc "What tells a folder from others, and is the same on all nodes and in the next release."
  @spec identity(place) :: term
  def identity({app, path}), do: {app, path}
  def identity(place), do: folder(place)

  @doc "The secret; nil where addresses are not signed. A secret that is missing raises, for without it all would be let in."
  @spec secret(t) :: binary | nil
  def secret(%{secret: {module, function, arguments} = call}) do
    case apply(module, function, arguments) do
      secret when is_binary(secret) and byte_size(secret) >= @secret_bytes -> secret
      secret when is_binary(secret) -> refuse_secret!(call, "#{byte_size(secret)} bytes")
      nil -> refuse_secret!(call, "nil")
      _other -> refuse_secret!(call, "something else")
    end
  end

  def secret(%{secret: secret}), do: secret

  # Never shows what may be a secret.
  defp refuse_secret!(call, got),
    do: refuse_result!("option :secret", call, "a binary of #{@secret_bytes} bytes or more", got)

  @spec refuse_result!(String.t(), {module, atom, list}, String.t(), String.t()) :: no_return
  defp refuse_result!(what, {module, function, arguments}, accepted, got) do
    raise ArgumentError,
          "#{what} is what #{inspect(module)}.#{function}/#{length(arguments)} yields, which must be #{accepted}, got: #{got}"
  end

  defp check!(name, value) do
    case cast(name, value) do
      {:ok, value} ->
        value

      {:error, accepted} ->
        raise ArgumentError,
              "option #{inspect(name)} must be #{accepted}, got: #{shown(name, value)}"
    end
  end

  defp shown(:secret, secret) when is_binary(secret), do: "#{byte_size(secret)} bytes"
  defp shown(_name, value), do: inspect(value)

  defp cast(name, place) when name in [:root, :cache] do
    case place do
      path when is_binary(path) and path != "" ->
        {:ok, path}

      {app, path} when is_atom(app) and is_binary(path) ->
        {:ok, place}

      {module, function, list} when is_atom(module) and is_atom(function) and is_list(list) ->
        {:ok, place}

      _ ->
        {:error, "a path, {app, path} or {module, function, arguments}"}
    end
  end

  defp cast(:at, ""), do: {:ok, []}
  defp cast(:at, "/" <> path), do: {:ok, String.split(path, "/", trim: true)}
  defp cast(:at, _other), do: {:error, "a path such as \"/thumbs\""}

  defp cast(:sizes, [_ | _] = sizes) do
    if Keyword.keyword?(sizes) do
      sizes |> Keyword.keys() |> Keywords.refuse_twice!("size")
      {:ok, Enum.map(sizes, &size/1)}
    else
      cast(:sizes, nil)
    end
  end

  defp cast(:sizes, _other),
    do: {:error, "a keyword list such as [small: 200, card: {{400, 300}, fit: :cover}]"}

  defp cast(:options, options) do
    if Keyword.keyword?(options) do
      options |> Keyword.keys() |> Keywords.refuse_twice!("option")
      {:ok, Keyword.put_new(options, :coalesce, true)}
    else
      {:error, "a keyword list"}
    end
  end

  defp cast(:formats, formats) do
    if is_list(formats) and formats -- Formats.savers() == [] and formats == Enum.uniq(formats),
      do: {:ok, formats},
      else: {:error, "a list of #{inspect(Formats.savers())}, each at most once"}
  end

  defp cast(:max_age, seconds) when seconds in 0..31_536_000, do: {:ok, seconds}
  defp cast(:max_age, _other), do: {:error, "an integer from 0 to 31,536,000, which is a year"}

  defp cast(:secret, secret) when is_binary(secret) and byte_size(secret) >= @secret_bytes,
    do: {:ok, secret}

  defp cast(:secret, {module, function, list} = call)
       when is_atom(module) and is_atom(function) and is_list(list),
       do: {:ok, call}

  defp cast(:secret, _other),
    do: {:error, "a binary of #{@secret_bytes} bytes or more, or {module, function, arguments}"}

  defp size({name, {size, options}}) when is_list(options), do: {name, {size, options}}
  defp size({name, size}), do: {name, {size, []}}

  # Sizes are checked as a request would be, and where they are written instead of in the first request.
  defp check_together!(options) do
    Enum.each(options.sizes, fn {name, {size, own}} ->
      check_size!(name, size, Keyword.merge(options.options, own))
    end)

    options
  end

  defp check_size!(name, size, options) do
    if Keyword.has_key?(options, :to),
      do:
        raise(
          ArgumentError,
          "option :to does not belong here: thumbnails are sent, not written"
        )

    # The instance may not run yet.
    _ = Request.check!("image", [{size, []}], options)
    :ok
  rescue
    error in ArgumentError ->
      reraise ArgumentError, "size #{inspect(name)}: #{error.message}", __STACKTRACE__
  end
end
