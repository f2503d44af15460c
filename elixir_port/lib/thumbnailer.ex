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

  alias Thumbnailer.{Error, Instance, InstanceOptions, Options, Request}
  alias Thumbnailer.{Server, Size, Source, Thumbnail, Wire}
  alias Thumbnailer.Cluster.Events

  @typedoc "One thumbnail of several: its size, and what differs from the options that all share."
  @type output :: Size.t() | {Size.t(), keyword}

  @doc """
  Makes a thumbnail of `source`: the path of a file, or `{:bytes, iodata}`.

  `size` is the box in pixels: `200` (no side longer than that), `{200, 100}` or `"200x100"`, `"200x"` or `"x100"`
  (the other side follows from the shape of the image).

      {:ok, thumbnail} = Thumbnailer.make("photo.jpg", 200)
      {:ok, thumbnail} = Thumbnailer.make({:bytes, upload}, {200, 100}, fit: :cover, format: :webp)
      {:ok, %{path: "/srv/small.avif"}} = Thumbnailer.make("photo.jpg", "640x", to: "/srv/small.avif")

  Whatever is wrong with the image is `{:error, %Thumbnailer.Error{}}`, whose `:reason` says what; wrong
  arguments raise `ArgumentError`.

  ## Options

  #{Options.docs()}
  """
  @spec make(Source.t(), Size.t(), keyword) :: {:ok, Thumbnail.t()} | {:error, Error.t()}
  def make(source, size, opts \\ []) do
    with {:ok, [outcome]} <- make_all(source, [{size, []}], opts), do: outcome
  end

  @doc """
  As `make/3`, but yields the thumbnail itself and raises `Thumbnailer.Error`.

      %Thumbnailer.Thumbnail{data: data} = Thumbnailer.make!("photo.jpg", 200)
  """
  @spec make!(Source.t(), Size.t(), keyword) :: Thumbnail.t()
  def make!(source, size, opts \\ []), do: source |> make(size, opts) |> bang!()

  @doc """
  Makes up to 64 thumbnails of one source, which is decoded once.

  Each of `outputs` is a size or `{size, options}`; `opts` are those of `make/3` and hold for all outputs that do not
  say otherwise. There is one result for each output, in their order: one may fail while others are made. A
  fault of the source is an error of the whole call.

      {:ok, [{:ok, small}, {:ok, large}]} =
        Thumbnailer.make_all("photo.jpg", [200, {{1200, 800}, fit: :cover, quality: 90}], format: :webp)
  """
  @spec make_all(Source.t(), [output], keyword) ::
          {:ok, [{:ok, Thumbnail.t()} | {:error, Error.t()}]} | {:error, Error.t()}
  def make_all(source, outputs, opts \\ []) do
    {request, on} = Request.make!(source, outputs, opts)

    with {:ok, answer} <- Server.request(on, request),
         do: Wire.thumbnails(answer, length(outputs))
  end

  @doc """
  As `make_all/3`, but yields the thumbnails themselves and raises the first `Thumbnailer.Error`.

      [small, large] = Thumbnailer.make_all!("photo.jpg", [200, 1200])
  """
  @spec make_all!(Source.t(), [output], keyword) :: [Thumbnail.t()]
  def make_all!(source, outputs, opts \\ []) do
    source |> make_all(outputs, opts) |> bang!() |> Enum.map(&bang!/1)
  end

  @doc """
  Reads the header of an image, without decoding it.

      {:ok, %{format: :jpeg, width: 2725, height: 2225}} = Thumbnailer.probe("photo.jpg")

  The map holds `:format`; `:width` and `:height` as a viewer shows the image, `:raw_width` and `:raw_height` as
  it is stored; `:orientation` (1 to 8), `:pages`, `:bands`, `:alpha`, `:depth` (bits per sample), `:colour_space`
  and `:profile`, whether an ICC profile is embedded.

  ## Options

  #{Options.docs([:request, :call])}
  """
  @spec probe(Source.t(), keyword) :: {:ok, map} | {:error, Error.t()}
  def probe(source, opts \\ []) do
    {request, on} = Request.probe!(source, opts)
    with {:ok, answer} <- Server.request(on, request), do: Wire.image(answer)
  end

  @doc """
  What the port program of an instance says about itself; starts it when it is not running.

      {:ok, %{version: "0.1.0", libvips: "8.18.7", workers: 2}} = Thumbnailer.info()

  The map holds `:protocol`, `:version`, `:libvips`, `:loaders`, `:savers`, `:workers`, `:limits` and `:os_pid`.
  """
  @spec info(GenServer.server()) :: {:ok, map} | {:error, Error.t()}
  def info(on \\ __MODULE__), do: Server.request(on, %Request{op: :info})

  @doc """
  What confines the workers of an instance on this host, as far as it was tried when the program started.

      {:ok, %{complete: true, seccomp: true, landlock: 7}} = Thumbnailer.posture()

    * `:mode` - the option `:sandbox`
    * `:seccomp`, `:front` - whether the system calls of the workers, and of the program itself, are filtered
    * `:landlock` - the version of Landlock that is enforced, 0 for none
    * `:open_denied`, `:socket_denied`, `:exec_denied` - whether a worker that tried was stopped
    * `:complete` - whether all of this holds
  """
  @spec posture(GenServer.server()) :: {:ok, map} | {:error, Error.t()}
  def posture(on \\ __MODULE__) do
    with {:ok, hello} <- info(on), do: {:ok, hello.sandbox}
  end

  @doc """
  What an instance is doing and has done.

      {:ok, %{state: :up, waiting: 0, sent: 2, served: 1041}} = Thumbnailer.stats()

    * `:state` - of the port program: `:idle`, `:starting`, `:up`, `:dying` or `:down`
    * `:os_pid` - of the port program, or `nil`
    * `:waiting`, `:sent` - requests in the queue, and those that the program holds
    * `:served`, `:failed` - how many requests were answered, and errors by reason
    * `:restarts` - how often the program has ended
    * `:program` - what the program itself counts, or `nil` when it is not up
  """
  @spec stats(GenServer.server()) :: {:ok, map} | {:error, Error.t()}
  def stats(on \\ __MODULE__) do
    with {:ok, counts} <- Server.counts(on), do: {:ok, Map.put(counts, :program, own(counts, on))}
  end

  defp own(%{state: :up}, on) do
    case Server.request(on, %Request{op: :stats}) do
      {:ok, own} -> own
      {:error, _error} -> nil
    end
  end

  defp own(_counts, _on), do: nil

  @doc """
  Sends the calling process what happens in a cluster group: its batches, and its nodes as this node sees them.

      :ok = Thumbnailer.subscribe(MyApp.Thumbs)

  The messages are `{:thumbnailer, group, event}`, where `event` is

    * `{:node_up, node, info}` - an instance on `node` takes requests; `info` says how many `:workers`, which `:loaders`
      and `:savers`, and the versions
    * `{:node_down, node, reason}` - it does no more: `:gone`, or `:silent` for five seconds
    * `{:progress, counts}`, four times a second at most, and `{:finished, counts}` - how far a batch is: `:done`, `:made`,
      `:skipped`, `:failed`, `:thumbnails`, `:bytes_in`, `:bytes_out`, `:reasons`, and the `:node` it runs on

  Batches that run without a cluster are heard in the group `Thumbnailer.Batch`.
  """
  @spec subscribe(atom) :: :ok
  def subscribe(group) when is_atom(group), do: Events.subscribe(group)

  @doc """
  Ends what `subscribe/1` began.

      :ok = Thumbnailer.unsubscribe(MyApp.Thumbs)
  """
  @spec unsubscribe(atom) :: :ok
  def unsubscribe(group) when is_atom(group), do: Events.unsubscribe(group)

  @doc """
  A child of a supervisor; the options are those of an instance, see above. The id is the name.

      Supervisor.start_link([{Thumbnailer, name: MyApp.Thumbs, workers: 4}], strategy: :one_for_one)
  """
  @spec child_spec(keyword) :: Supervisor.child_spec()
  def child_spec(opts) do
    name = opts |> InstanceOptions.cast!() |> Keyword.fetch!(:name)
    %{id: name, start: {__MODULE__, :start_link, [opts]}, type: :supervisor}
  end

  @doc """
  Starts an instance, linked to the caller. Raises `ArgumentError` when an option is wrong.

      {:ok, _pid} = Thumbnailer.start_link(name: MyApp.Thumbs, workers: 4, reuse: 1)

  A program that cannot be started is no error here: requests say `:unavailable` and why.
  """
  @spec start_link(keyword) :: Supervisor.on_start()
  def start_link(opts \\ []), do: opts |> InstanceOptions.cast!() |> Instance.start_link()

  defp bang!({:ok, value}), do: value
  defp bang!({:error, error}), do: raise(error)
end
