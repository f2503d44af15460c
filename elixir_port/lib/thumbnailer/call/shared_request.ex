defmodule Thumbnailer.Call.SharedRequest do
  @moduledoc false
  # One request that is made once for all who wait for it. Belongs to the process that knows all flights, which
  # hears {:late, key, seat} and {{:caller_down, key, seat}, ...} of those who wait.

  alias Thumbnailer.{Error, Request}

  # How many times the deadline of its first caller a flight may take, while somebody waits: whoever comes within that
  # caller's time and gives it as long can board.
  @patience 2

  @enforce_keys [:key, :pid, :monitor, :ends_at]
  defstruct [:key, :pid, :monitor, :ends_at, seats: %{}]

  @typedoc "Requests of equal keys would be answered alike."
  @type key :: term

  @typedoc "Answers the request, in a process of its own."
  @type make :: (Request.t() -> outcome)

  @type outcome :: {:ok, map} | {:error, Error.t()}

  @type t :: %__MODULE__{
          key: key,
          # makes the request; exits with {:answer, outcome}
          pid: pid,
          monitor: reference,
          # in milliseconds of the monotonic clock
          ends_at: integer,
          # who waits
          seats: %{
            optional(reference) => %{from: GenServer.from(), monitor: reference, timer: reference}
          }
        }

  @doc """
  What makes two requests the same. A file that has changed in between is another source; bytes count by their hash, so
  that they need not be kept.
  """
  @spec key(GenServer.server() | {:cluster, atom}, Request.t()) :: key
  def key(on, %Request{} = request),
    do: {on, source(request.source), %{request | source: nil, timeout: nil}}

  defp source({:bytes, bytes}), do: {:bytes, :crypto.hash(:sha256, bytes)}

  defp source({:path, path}) do
    case File.stat(path, time: :posix) do
      {:ok, stat} -> {:path, path, stat.inode, stat.size, stat.mtime}
      {:error, _why} -> {:path, path}
    end
  end

  @doc "Sends the request, for nobody yet."
  @spec depart(key, Request.t(), make) :: t
  def depart(key, request, make) do
    timeout = @patience * request.timeout
    patient = %{request | timeout: timeout}

    {pid, monitor} =
      :erlang.spawn_opt(fn -> exit({:answer, make.(patient)}) end, [:link, :monitor])

    %__MODULE__{key: key, pid: pid, monitor: monitor, ends_at: now() + timeout}
  end

  @doc "Whether it will last until the request's own deadline."
  @spec in_time?(t, Request.t()) :: boolean
  def in_time?(flight, request), do: now() + request.timeout <= flight.ends_at

  @doc "One more waits for it."
  @spec board(t, GenServer.from(), Request.t()) :: t
  def board(flight, {caller, _tag} = from, request) do
    seat = make_ref()

    passenger = %{
      from: from,
      monitor: :erlang.monitor(:process, caller, tag: {:caller_down, flight.key, seat}),
      timer: Process.send_after(self(), {:late, flight.key, seat}, request.timeout)
    }

    put_in(flight.seats[seat], passenger)
  end

  @doc "One waits no more, and is told `outcome`, unless it is nil. A flight for nobody is cancelled."
  @spec leave(t, reference, outcome | nil) :: t | :empty
  def leave(flight, seat, outcome) do
    {passenger, seats} = Map.pop(flight.seats, seat)
    _ = passenger && part(passenger, outcome)
    if seats == %{}, do: cancel(flight), else: %{flight | seats: seats}
  end

  @doc "All who wait get the answer."
  @spec land(t, outcome) :: :ok
  def land(flight, outcome),
    do: Enum.each(flight.seats, fn {_seat, passenger} -> part(passenger, outcome) end)

  defp part(passenger, outcome) do
    Process.demonitor(passenger.monitor, [:flush])
    _ = Process.cancel_timer(passenger.timer)
    _ = outcome && GenServer.reply(passenger.from, outcome)
    :ok
  end

  # The instance sees its caller end, and frees the worker.
  defp cancel(%{pid: pid, monitor: monitor}) do
    Process.demonitor(monitor, [:flush])
    Process.unlink(pid)
    Process.exit(pid, :kill)
    :empty
  end

  defp now, do: System.monotonic_time(:millisecond)
end
