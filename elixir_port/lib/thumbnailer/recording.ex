defmodule Thumbnailer.Recording do
  @moduledoc """
  Requests of an instance and their replies in files, from where they can be run again.

  A recording has limits in number, bytes and time. It also ends with the process that started it and with the process of
  the instance. It leaves only complete files. Its folder has, for the request `000001`:

    * `000001.request.etf` - the frames of the request; `thumbnailer < 000001.request.etf` runs it again
    * `000001.reply.etf` - the frame of the reply; missing if the program ended before
    * a line of `index.tsv` - id, operation, result, milliseconds, bytes of both files

  `mix thumbnailer.replay FOLDER` sends all requests again and compares the replies.

  As with a task, the process that started a recording gets `{recording.ref, summary}` as a message at its end unless it calls
  `await/2` or `stop/1`.
  """

  alias Thumbnailer.{Error, Keywords}
  alias Thumbnailer.Recording.Recorder

  @enforce_keys [:pid, :ref]
  defstruct [:pid, :ref]

  @type t :: %__MODULE__{pid: pid, ref: reference}

  @typedoc """
  The number of written requests, and why the recording ended: it reached `:count`, `:max_bytes` or `:timeout`, it was
  `:stopped`, the `:instance` ended, or with `:write_failed`. `skipped` requests did not fit in memory.
  """
  @type summary :: %{
          written: non_neg_integer,
          bytes: non_neg_integer,
          skipped: non_neg_integer,
          folder: Path.t(),
          ended: atom
        }

  @limits [max_bytes: 1..1_000_000_000_000, timeout: 1..86_400_000]
  @defaults [
    on: Thumbnailer.InstanceOptions.default_name(),
    only: :all,
    max_bytes: 67_108_864,
    timeout: 600_000
  ]

  @doc false
  @spec cast!(pos_integer, Path.t(), keyword) :: keyword
  def cast!(count, folder, opts) do
    unless count in 1..1_000_000, do: wrong!(:count, count, "an integer from 1 to 1000000")
    unless is_binary(folder) and folder != "", do: wrong!(:folder, folder, "a path")
    opts = Keyword.merge(@defaults, Keywords.check!(opts, Keyword.keys(@defaults)))
    unless opts[:only] in [:all, :errors], do: wrong!(:only, opts[:only], ":all or :errors")

    for {name, first..last//_} <- @limits, opts[name] not in first..last do
      wrong!(name, opts[name], "an integer from #{first} to #{last}")
    end

    [count: count, folder: Path.expand(folder)] ++ opts
  end

  @spec wrong!(atom, term, String.t()) :: no_return
  defp wrong!(name, value, accepted),
    do:
      raise(
        ArgumentError,
        "#{name}: #{inspect(value, limit: 5)} is not accepted; it takes #{accepted}"
      )

  @doc """
  Writes the next `count` requests of an instance and their replies to files, from where they can be run again.

      {:ok, recording} = Thumbnailer.Recording.start(10, "failures", only: :errors)
      {:error, _} = Thumbnailer.make("damaged.jpg", 200)
      %{written: 1, ended: :stopped} = Thumbnailer.Recording.stop(recording)

  `folder` is made when it is missing and must be empty; nobody but this user may look into it. What is in it afterwards
  says `Thumbnailer.Recording`. The recording ends by itself, at the latest with the process that started it.

  An instance has one recording at a time: `:overloaded` otherwise; `:write_failed` when the folder cannot be used.

  ## Options

    * `:only` - `:errors` records what fails, and of a request for several thumbnails that means any of them; `:all` is the default
    * `:max_bytes` - how much is written at most, 64 MiB by default
    * `:timeout` - how long it goes on at most, in milliseconds; ten minutes by default
    * `:on` - the instance
  """
  @doc since: "0.1.0"
  @spec start(pos_integer, Path.t(), keyword) :: {:ok, t} | {:error, Error.t()}
  def start(count, folder, opts \\ []) do
    {on, opts} = Keyword.pop(cast!(count, folder, opts), :on)
    ref = make_ref()

    with {:ok, recorder} <- Recorder.start(on, [ref: ref] ++ opts),
         do: {:ok, %__MODULE__{pid: recorder, ref: ref}}
  end

  @doc """
  Ends a recording; returns its summary, or nil if the summary was already returned.

      {:ok, recording} = Thumbnailer.Recording.start(3, "recorded")
      {:ok, _thumbnail} = Thumbnailer.make("photo.jpg", 200)
      %{written: 1, ended: :stopped} = Thumbnailer.Recording.stop(recording)
  """
  @doc since: "0.1.0"
  @spec stop(t) :: summary | nil
  def stop(recording) do
    GenServer.cast(recording.pid, :stop)
    await(recording)
  end

  @doc """
  Waits at most `timeout` milliseconds for the end of a recording; nil if it still runs, or if its summary was already
  returned.

      {:ok, recording} = Thumbnailer.Recording.start(1, "the_next")
      {:ok, _thumbnail} = Thumbnailer.make("photo.jpg", 200)
      %{written: 1, ended: :count} = Thumbnailer.Recording.await(recording)
  """
  @doc since: "0.1.0"
  @spec await(t, timeout) :: summary | nil
  def await(%__MODULE__{pid: pid, ref: ref}, timeout \\ :infinity) do
    # The recorder sends the summary before it ends: whoever sees its end has that message, or had it.
    monitor = Process.monitor(pid)

    receive do
      {^ref, %{ended: _} = summary} ->
        Process.demonitor(monitor, [:flush])
        summary

      {:DOWN, ^monitor, :process, ^pid, _reason} ->
        nil
    after
      timeout ->
        Process.demonitor(monitor, [:flush])
        nil
    end
  end
end
