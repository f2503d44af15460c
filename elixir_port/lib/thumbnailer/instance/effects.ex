defmodule Thumbnailer.Instance.Effects do
  @moduledoc false
  # Carries out what was decided, in the process of the instance. Nothing here waits: not for the program, which is given more than it
  # reads without suspending the writer (see Thumbnailer.OS.Process), not for a caller on another node, and not for handlers.

  alias Thumbnailer.OS
  alias Thumbnailer.Instance.{ProgramOutput, Reporter, State}
  alias Thumbnailer.Port.Executable

  @doc "Carries out the effects of a state, and what follows from them."
  @spec carry_out(State.t()) :: State.t()
  def carry_out(%{effects: []} = state), do: state

  def carry_out(%{effects: [effect]} = state),
    do: carry_out(carry_out(effect, %{state | effects: []}))

  def carry_out(%{effects: effects} = state) do
    effects
    |> Enum.reverse()
    |> Enum.reduce(%{state | effects: []}, &carry_out/2)
    |> carry_out()
  end

  defp carry_out({:write, session, frame}, state) do
    OS.Process.write(session, frame)
    state
  end

  defp carry_out({:reply, from, message}, state) do
    reply(from, message)
    state
  end

  defp carry_out({:demonitor, monitor}, state) do
    Process.demonitor(monitor, [:flush])
    state
  end

  defp carry_out({:wake_at, at}, state) do
    milliseconds = div(max(at - System.monotonic_time(:microsecond), 0) + 999, 1_000)
    Process.send_after(self(), {:deadlines, at}, milliseconds)
    state
  end

  defp carry_out({:reply_call, from, answer}, state) do
    GenServer.reply(from, answer)
    state
  end

  defp carry_out({:trace, recorder, message}, state) do
    send_at_once(recorder, message)
    state
  end

  defp carry_out({:report, report}, state),
    do: tell(%{state | reporter: Reporter.add(state.reporter, report)})

  # -- the program

  defp carry_out({:start, executable, arguments}, state) do
    result =
      with {:ok, path} <- Executable.find(executable),
           {:ok, session, os_pid} <- OS.Process.start(path, arguments),
           do: {:ok, {session, os_pid, OS.Process.guard(os_pid)}}

    ProgramOutput.started(state, result)
  end

  defp carry_out({:send_after, message, milliseconds}, state) do
    Process.send_after(self(), message, milliseconds)
    state
  end

  defp carry_out({:kill, session}, state) do
    _ = OS.Process.kill(session)
    state
  end

  defp carry_out({:close, session}, state) do
    OS.Process.close(session)
    state
  end

  defp carry_out({:reap, guard}, state) do
    OS.Process.reap(guard)
    state
  end

  defp carry_out({:release, guard}, state) do
    OS.Process.release(guard)
    state
  end

  # -- callers

  # To the alias of the caller, which takes no more messages once it has its answer.
  defp reply({_pid, ref}, message) do
    send(ref, {ref, message})
    :ok
  end

  # A recorder may be on another node, over a connection that takes nothing more and would suspend this process.
  defp send_at_once(to, message) do
    case :erlang.send(to, message, [:nosuspend, :noconnect]) do
      :nosuspend -> spawn(fn -> send(to, message) end)
      _sent_or_gone -> :ok
    end
  end

  # -- reports

  @doc "Has the reports that are kept told, one batch after the other."
  @spec tell(State.t()) :: State.t()
  def tell(%{name: name} = state) do
    case Reporter.next(state.reporter) do
      {batch, reporter} ->
        {_pid, monitor} = spawn_monitor(fn -> Reporter.tell(batch, name) end)
        %{state | reporter: Reporter.running(reporter, monitor)}

      :none ->
        state
    end
  end
end
