defmodule Thumbnailer.Instance.Questions do
  @moduledoc false
  # What an instance is asked and told in which its program has no part. It never waits with an answer.

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{Absence, Message}

  # Milliseconds that an answer may take, and the way to another node and back.
  @time 5_000
  @way 500

  @doc "How many milliseconds a request may take that does not say."
  @spec timeout(GenServer.server()) :: {:ok, pos_integer} | {:error, Error.t()}
  def timeout(on) do
    case call(on, :timeout) do
      {:ok, timeout} when is_integer(timeout) and timeout > 0 -> {:ok, timeout}
      {:error, _error} = outcome -> Message.cast_outcome(outcome)
      other -> Message.cast_outcome({:no_timeout, other})
    end
  end

  @doc "The option `:executable` of the instance."
  @spec executable(GenServer.server()) :: {:ok, Path.t() | nil} | {:error, Error.t()}
  def executable(on), do: call(on, :executable)

  @doc "Has the instance give a step to each program that it starts from now on."
  @spec put_step(GenServer.server(), map, Thumbnailer.Step.t()) :: :ok | {:error, Error.t()}
  def put_step(on, loaded, step), do: call(on, {:put_step, loaded, step})

  @doc "Has the instance give a step to no further program."
  @spec drop_step(GenServer.server(), atom) :: :ok | {:error, Error.t()}
  def drop_step(on, name), do: call(on, {:drop_step, name})

  @doc "What the library counts, see `Thumbnailer.stats/1`."
  @spec counts(GenServer.server()) :: {:ok, map} | {:error, Error.t()}
  def counts(on), do: call(on, :counts)

  @doc "Has `recorder` told of what passes between the instance and its program; there is one at a time."
  @spec record(GenServer.server(), pid, pos_integer) ::
          :ok | {:error, :recording} | {:error, Error.t()}
  def record(on, recorder, max_bytes), do: call(on, {:record, recorder, max_bytes})

  @doc """
  Lets nobody in any more, and waits until all requests are answered; those that are not within `milliseconds` are told so.
  """
  @spec drain(GenServer.server(), non_neg_integer) :: :ok
  def drain(on, milliseconds) do
    with :timeout <- call_within(on, :drain, milliseconds), do: call_within(on, :abort, 1_000)
    :ok
  end

  defp call_within(on, message, milliseconds) do
    GenServer.call(on, message, milliseconds)
  catch
    :exit, {:timeout, _call} -> :timeout
    :exit, _gone -> :ok
  end

  defp call(on, message) do
    case GenServer.whereis(on) do
      nil -> {:error, gone(on, :noproc)}
      pid when is_pid(pid) and node(pid) == node() -> call(pid, on, message)
      there -> call_elsewhere(there, on, message)
    end
  end

  defp call(server, on, message) do
    GenServer.call(server, message, @time)
  catch
    :exit, {reason, {GenServer, :call, _arguments}} -> {:error, gone(on, reason)}
  end

  # For the reason that there are relays, on both sides.
  defp call_elsewhere(server, on, message) do
    {pid, monitor} = spawn_monitor(fn -> exit({:answer, call_there(server, on, message)}) end)

    receive do
      {:DOWN, ^monitor, :process, ^pid, {:answer, answer}} -> answer
      {:DOWN, ^monitor, :process, ^pid, reason} -> {:error, gone(on, reason)}
    after
      @time + @way ->
        Process.demonitor(monitor, [:flush])
        Process.exit(pid, :kill)
        {:error, gone(on, :timeout)}
    end
  end

  defp call_there(server, on, message) do
    {there, server} =
      if is_pid(server), do: {node(server), server}, else: {elem(server, 1), elem(server, 0)}

    :erpc.call(there, GenServer, :call, [server, message, @time])
  catch
    :exit, {:exception, {reason, {GenServer, :call, _arguments}}} -> {:error, gone(on, reason)}
    :error, {:erpc, reason} -> {:error, gone(on, reason)}
  end

  defp gone(on, :timeout), do: Absence.error(on, {:timeout, @time})
  defp gone(on, reason), do: Absence.error(on, reason)
end
