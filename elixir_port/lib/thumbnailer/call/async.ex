defmodule Thumbnailer.Call.Async do
  @moduledoc false
  # A task: one small process for a request that nobody blocks for. It waits for the answer, sends it on and ends.
  # The reference that its recipient knows is an alias of the task, so that it can be told to stop from anywhere,
  # and a reference whose task is gone leads nowhere.

  alias Thumbnailer.{Call, Error, Request, Telemetry}
  alias Thumbnailer.Instance.Server

  @typedoc "Who gets the result."
  @type recipient :: pid | reference | {atom, node}

  @doc "Starts the request; exactly one `{ref, result}` goes to `recipient`, `read` makes it from the answer."
  @spec start(Request.t(), GenServer.server(), recipient, (map -> result)) :: reference
        when result: {:ok, term} | {:error, Error.t()}
  def start(request, on, recipient, read) do
    {:ok, ref} = :proc_lib.start(__MODULE__, :init, [self(), request, on, recipient, read])
    ref
  end

  @doc "Ends a request that was started; one that was answered already is none any more."
  @spec cancel(reference) :: :ok
  def cancel(ref) when is_reference(ref) do
    send(ref, {:cancel, ref})
    :ok
  end

  @doc false
  @spec init(pid, Request.t(), GenServer.server(), recipient, (map -> term)) :: term
  def init(starter, request, on, recipient, read) do
    ref = :erlang.alias()
    watch = recipient |> watched(starter) |> Process.monitor()
    :proc_lib.init_ack({:ok, ref})

    result =
      Telemetry.span(request, on, fn ->
        asked = ask(on, request)

        with {:ok, answer} <- await({ref, watch}, asked, on) do
          read.(answer)
        else
          error ->
            stop(asked)
            error
        end
      end)

    send(recipient, {ref, result})
    # OTP 25 keeps 72 bytes for ever of each alias that is still active when its process ends.
    :erlang.unalias(ref)
  end

  # Nobody can see whether the process behind an alias lives, so its request ends with the process that asked.
  defp watched(alias, starter) when is_reference(alias), do: starter
  defp watched(recipient, _starter), do: recipient

  # What takes more than a message is done by a process of its own, so that the task can hear that it is cancelled.
  defp ask(on, request) do
    if Call.one_message?(on, request),
      do: Server.send_request(on, request),
      else: spawn_monitor(fn -> exit({:answer, Call.request(on, request)}) end)
  end

  defp await({ref, watch} = ends, asked, on) do
    receive do
      {:cancel, ^ref} -> {:error, Error.new(:cancelled, "the request was cancelled")}
      {:DOWN, ^watch, _, _, _} -> {:error, Error.new(:cancelled, "its recipient is gone")}
      message -> answer(message, asked, on) || await(ends, asked, on)
    end
  end

  defp answer({:DOWN, monitor, :process, pid, reason}, {pid, monitor}, _on) do
    case reason do
      {:answer, answer} -> answer
      broken -> {:error, Error.new(:cancelled, "its source broke off: " <> describe(broken))}
    end
  end

  defp answer(_message, {_pid, _monitor}, _on), do: nil
  defp answer(message, asked, on), do: Server.answer(message, asked, on)

  defp stop({pid, _monitor}), do: Process.exit(pid, :kill)
  defp stop(_asked), do: true

  defp describe({%{__exception__: true} = exception, _stacktrace}),
    do: Exception.message(exception)

  defp describe(reason), do: Exception.format_exit(reason)
end
