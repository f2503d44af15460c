defmodule Thumbnailer do
  @moduledoc """
  Thumbnails made by libvips, in operating system processes of their own: whatever an image does to its
  decoder, the BEAM and the other callers go on.

      {:ok, thumbnail} = Thumbnailer.make("photo.jpg", 200)
      File.write!("small.jpg", thumbnail.data)

  No set-up is needed: the application supervises a default instance, whose program starts with the first
  request. Instances of your own go into your supervision tree, and `:on` picks one:

      children = [{Thumbnailer, name: MyApp.Thumbs, workers: 4}]

      Thumbnailer.make("photo.jpg", {400, 300}, fit: :cover, on: MyApp.Thumbs)

  `config :thumbnailer, default: [workers: 4]` gives options to the default instance, `default: false` leaves it out.

  ## Options of an instance

  #{Thumbnailer.InstanceOptions.docs()}
  """

  alias Thumbnailer.{Error, ImageInfo, Instance, InstanceOptions, Options}
  alias Thumbnailer.{Request, Size, Source, Status, Thumbnail}
  alias Thumbnailer.Call.{Async, Questions, Thumbnails}
  alias Thumbnailer.Cluster.{Discovery, Member, StepSync}

  @typedoc "An option of `make/3`: one of the request, of the call or of a thumbnail."
  @type option :: Options.option()

  @typedoc "One thumbnail of several: its size, and what differs from the options that all share."
  @type output :: Options.output()

  @typedoc "Every size in every format, without formats in that of the source; and options that all share."
  @type set :: Options.set()

  @typedoc "The name of an instance, or a cluster group."
  @type instance :: GenServer.server() | {:cluster, atom}

  @doc """
  Makes a thumbnail of `source`: the path of a file, `{:bytes, iodata}`, or an enumerable of binaries.

  `size` is the box in pixels: `200` (no side longer than that), `{200, 100}` or `"200x100"`, `"200x"` or `"x100"`
  (the other side follows from the shape of the image).

      {:ok, thumbnail} = Thumbnailer.make("photo.jpg", 200)
      {:ok, thumbnail} = Thumbnailer.make({:bytes, upload}, {200, 100}, fit: :cover, format: :webp)
      {:ok, %{path: path}} = Thumbnailer.make("photo.jpg", "640x", to: "small.avif")
      {:ok, thumbnail} = Thumbnailer.make(File.stream!("photo.jpg"), 200)

  An enumerable is read in the calling process and goes on to the program chunk by chunk, as fast as that takes it. It
  is given up when the request has failed meanwhile; the time that it takes itself counts as the request's, but cannot be
  cut short.

  Whatever is wrong with the image is `{:error, %Thumbnailer.Error{}}`, whose `:reason` says what; wrong
  arguments raise `ArgumentError`.

  ## Options

  #{Options.docs()}
  """
  @doc since: "0.1.0", group: "Thumbnails"
  @spec make(Source.t(), Size.t(), [option]) :: {:ok, Thumbnail.t()} | {:error, Error.t()}
  def make(source, size, opts \\ []),
    do: source |> make_many([{size, []}], opts) |> Thumbnails.single()

  @doc """
  As `make/3`, but yields the thumbnail itself and raises `Thumbnailer.Error`.

      %Thumbnailer.Thumbnail{data: data} = Thumbnailer.make!("photo.jpg", 200)
  """
  @doc since: "0.1.0", group: "Thumbnails"
  @spec make!(Source.t(), Size.t(), [option]) :: Thumbnail.t()
  def make!(source, size, opts \\ []), do: source |> make(size, opts) |> bang!()

  @doc """
  Makes up to 64 thumbnails of one source, which is decoded once.

  Each of `outputs` is a size or `{size, options}`; `opts` are those of `make/3` and hold for all outputs that do not
  say otherwise. There is one result for each output, in their order: one may fail while others are made. A
  fault of the source is an error of the whole call.

      {:ok, [{:ok, small}, {:ok, large}]} =
        Thumbnailer.make_many("photo.jpg", [200, {{1200, 800}, fit: :cover, quality: 90}], format: :webp)

  A set, as `srcset` of HTML wants it, is every size in every format; the results are in the order of the sizes, for
  each in the order of the formats. Options that all share stand beside them. Smaller sizes are made from larger ones.

      {:ok, [{:ok, avif_320}, {:ok, jpeg_320}, {:ok, avif_640}, {:ok, jpeg_640}]} =
        Thumbnailer.make_many("photo.jpg", sizes: ["320x", "640x"], formats: [:avif, :jpeg], quality: 70)
  """
  @doc since: "0.1.0", group: "Thumbnails"
  @spec make_many(Source.t(), [output] | set, [option]) ::
          {:ok, [{:ok, Thumbnail.t()} | {:error, Error.t()}]} | {:error, Error.t()}
  def make_many(source, outputs, opts \\ []) do
    {request, on} = Request.make!(source, outputs, opts)
    Thumbnails.make(on, request)
  end

  @doc """
  As `make_many/3`, but yields the thumbnails themselves and raises the first `Thumbnailer.Error`.

      [small, large] = Thumbnailer.make_many!("photo.jpg", [200, 1200])
  """
  @doc since: "0.1.0", group: "Thumbnails"
  @spec make_many!(Source.t(), [output] | set, [option]) :: [Thumbnail.t()]
  def make_many!(source, outputs, opts \\ []) do
    source |> make_many(outputs, opts) |> bang!() |> Enum.map(&bang!/1)
  end

  @doc """
  As `make/3`, but does not wait: the result comes as a message `{ref, result}`.

      ref = Thumbnailer.async("photo.jpg", 200)

      receive do
        {^ref, {:ok, thumbnail}} -> thumbnail.data
        {^ref, {:error, error}} -> error.reason
      end

  A source that is a stream is read in a task of its own, for the calling process does not wait; `$callers` of the task lead to it.
  What the stream raises ends the request: `{ref, {:error, error}}` with the reason `:cancelled` says what it was.

  Exactly one message comes for each reference, whatever happens to the image, the program or the instance. It goes to
  `:reply_to`, which may be a process on another node: a pid, an alias (`:erlang.alias/1`), a name or `{name, node}`.
  When that process ends, or has no such name, the request is cancelled; with an alias, when the caller ends.

  ## Options

  #{Options.docs([:async])}

  and those of `make/3`.
  """
  @doc since: "0.1.0", group: "Without waiting"
  @spec async(Source.t(), Size.t(), [option | Options.async_option()]) :: reference
  def async(source, size, opts \\ []) do
    {own, opts} = Options.split!(opts, :async)
    {request, on} = Request.make!(source, [{size, []}], opts)
    recipient = Map.get(own, :reply_to, self())
    Async.start(request, on, recipient, &Thumbnails.read_single/1)
  end

  @doc """
  Waits for the message of what this process has started with `async/3`, and yields its result.

      ref = Thumbnailer.async("photo.jpg", 200)
      {:ok, thumbnail} = Thumbnailer.await(ref)

  After `timeout` milliseconds the request is cancelled, and the result is an error with the reason `:timeout`. Without it
  the option `:timeout` of the request ends the wait. A message that came already cannot be awaited a second time.
  """
  @doc since: "0.1.0", group: "Without waiting"
  @spec await(reference, timeout) :: {:ok, Thumbnail.t()} | {:error, Error.t()}
  def await(ref, timeout \\ :infinity) when is_reference(ref), do: Async.await(ref, timeout)

  @doc """
  Cancels what `async/3` has started: its worker is free at once, and its message is `{ref, {:error, error}}` with
  the reason `:cancelled`. Does nothing when the result was sent already. Any process on any node may cancel.

      ref = Thumbnailer.async("photo.jpg", 200)
      :ok = Thumbnailer.cancel(ref)
  """
  @doc since: "0.1.0", group: "Without waiting"
  @spec cancel(reference) :: :ok
  def cancel(ref) when is_reference(ref), do: Async.cancel(ref)

  @doc """
  Makes a thumbnail of each of `sources`, lazily, several at a time: a stream of `{source, result}`.

      for {path, {:ok, thumbnail}} <- Thumbnailer.stream(Path.wildcard("*.jpg"), 200), do: {path, thumbnail.bytes}

      "*.jpg"
      |> Path.wildcard()
      |> Thumbnailer.stream({300, 200}, fit: :cover, ordered: false, max_concurrency: 8)
      |> Stream.each(fn {path, result} -> IO.inspect({path, elem(result, 0)}) end)
      |> Stream.run()

  Nothing is read from `sources` before the stream is run, and then no more than is worked on. Results are those of
  `make/3`: an image that cannot be made fails alone. When whoever runs the stream ends or stops early, what is under
  way is cancelled. `:to` is no option here, for all thumbnails would be written to one file; see
  `mix thumbnailer.batch`.

  ## Options

  #{Options.docs([:stream])}

  and those of `make/3`.
  """
  @doc since: "0.1.0", group: "Thumbnails"
  @spec stream(Enumerable.t(), Size.t(), [option | Options.stream_option()]) :: Enumerable.t()
  def stream(sources, size, opts \\ []) do
    {own, opts} = Options.split!(opts, :stream)
    {request, on} = Request.make!({:bytes, ""}, [{size, []}], opts)
    Thumbnails.stream(sources, on, request, own)
  end

  @doc """
  Reads the header of an image, without decoding it.

      {:ok, %Thumbnailer.ImageInfo{format: :jpeg, width: 640, height: 480}} = Thumbnailer.probe("photo.jpg")

  ## Options

  #{Options.docs([:request, :call])}
  """
  @doc since: "0.1.0", group: "Headers"
  @spec probe(Source.t(), [Options.call_option()]) :: {:ok, ImageInfo.t()} | {:error, Error.t()}
  def probe(source, opts \\ []) do
    {request, on} = Request.probe!(source, opts)
    Thumbnails.probe(on, request)
  end

  @doc """
  As `probe/2`, but yields what it found and raises `Thumbnailer.Error`.

      %{width: 640} = Thumbnailer.probe!("photo.jpg")
  """
  @doc since: "0.1.0", group: "Headers"
  @spec probe!(Source.t(), [Options.call_option()]) :: ImageInfo.t()
  def probe!(source, opts \\ []), do: source |> probe(opts) |> bang!()

  @doc """
  Whether the port program of an instance is there and answers; starts it when it is not running.

      :ok = Thumbnailer.ping()
  """
  @doc since: "0.1.0", group: "Instances"
  @spec ping(GenServer.server()) :: :ok | {:error, Error.t()}
  def ping(on \\ __MODULE__), do: Questions.ping(on)

  @doc """
  What the port program of an instance says about itself; starts it when it is not running.

      {:ok, %{version: version, libvips: libvips, workers: workers}} = Thumbnailer.info()

  `t:Thumbnailer.Status.info/0` has every key. `:formats` is a table of all formats:

      {:ok, %{formats: formats}} = Thumbnailer.info()
      %{read: true, read_with: :own, by_default: true, written: false} = Enum.find(formats, &(&1.name == :bmp))
  """
  @doc since: "0.1.0", group: "Instances"
  @spec info(GenServer.server()) :: {:ok, Status.info()} | {:error, Error.t()}
  def info(on \\ __MODULE__), do: Questions.info(on)

  @doc """
  What confines the workers of an instance on this host, as far as it was tried when the program started.

      {:ok, %{complete: complete?, seccomp: true, landlock: version}} = Thumbnailer.sandbox_status()

  `t:Thumbnailer.Status.sandbox/0` has every key.
  """
  @doc since: "0.1.0", group: "Instances"
  @spec sandbox_status(GenServer.server()) :: {:ok, Status.sandbox()} | {:error, Error.t()}
  def sandbox_status(on \\ __MODULE__), do: Questions.sandbox_status(on)

  @doc """
  What an instance is doing and has done.

      {:ok, %{state: :up, waiting: 0, served: served, latency: %{p99: milliseconds}}} = Thumbnailer.stats()

  `t:Thumbnailer.Status.stats/0` has every key. The latency is that of the last five minutes; what the program counts itself is
  nil while it is not up.
  """
  @doc since: "0.1.0", group: "Instances"
  @spec stats(GenServer.server()) :: {:ok, Status.stats()} | {:error, Error.t()}
  def stats(on \\ __MODULE__), do: Questions.stats(on)

  @doc """
  A child of a supervisor; the options are those of an instance, see above, of which `:name` is required. The id is the
  name.

      Supervisor.start_link([{Thumbnailer, name: MyApp.Uploads, workers: 4}], strategy: :one_for_one)
  """
  @doc since: "0.1.0", group: "Instances"
  @spec child_spec([InstanceOptions.option()]) :: Supervisor.child_spec()
  def child_spec(opts) do
    name = opts |> InstanceOptions.cast!() |> Keyword.fetch!(:name)
    %{id: name, start: {__MODULE__, :start_link, [opts]}, type: :supervisor}
  end

  @doc """
  Starts an instance, linked to the caller. Raises `ArgumentError` when an option is wrong.

      {:ok, _pid} = Thumbnailer.start_link(name: MyApp.Careful, workers: 4, isolation: :image)

  A program that cannot be started is no error here: requests say `:unavailable` and why.
  """
  @doc since: "0.1.0", group: "Instances"
  @spec start_link([InstanceOptions.option()]) :: Supervisor.on_start()
  def start_link(opts) do
    opts = InstanceOptions.cast!(opts)

    Instance.start_link(
      opts,
      member(opts[:name], opts[:cluster]) ++ Discovery.children(opts[:discover])
    )
  end

  defp member(_name, nil), do: []

  defp member(name, group),
    do: [{Member, instance: name, group: group}, {StepSync, instance: name, group: group}]

  defp bang!({:ok, value}), do: value
  defp bang!({:error, error}), do: raise(error)
end
