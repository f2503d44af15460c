defmodule Thumbnailer.Cluster.StepSync do
  @moduledoc false
  # Keeps the steps that were added to a group the same on all of its members. One process stands beside each member; one without
  # an instance is on each node that sends requests to the group, because members need no connections among themselves.
  #
  # What a process holds of a step is an entry with the time of the change; the later of two changes counts, on each node alike. A
  # process that comes to the group, for the first time or after a network failure, is told by the others which entries they
  # have, and asks for those that it lacks. A removed step is an entry without a module.
  #
  # Between them they send {:entries, pid, %{name => stamp}}, {:want, pid, names} and {:entry, name, entry}.

  use GenServer

  alias Thumbnailer.{Error, Step}
  alias Thumbnailer.Cluster.{Member, Scope}
  alias Thumbnailer.Instance.{Message, Questions, Steps}
  alias Thumbnailer.Step.Catalog
  alias Thumbnailer.Translation.Translator

  require Logger

  # Milliseconds for all tools of a translation, and the way.
  @translation 180_000

  @enforce_keys [:group]
  defstruct [:instance, :group, :pg, :running, entries: %{}, waiting: []]

  @typedoc "When a step was added or removed, and where; `module` is nil for one that was removed."
  @type entry :: %{stamp: {integer, node}, module: binary | nil}

  @doc "Starts it for `:group`, beside the member whose instance has the name `:instance`, if that is given."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts)

  @doc "Has all members of the group add or remove a step; what each answers, by its node."
  @spec put(atom, atom, binary | nil) :: [{node, {:ok, Step.t()} | :ok | {:error, Error.t()}}]
  def put(group, name, module) do
    entry = %{stamp: {System.os_time(:microsecond), node()}, module: module}

    group
    |> processes()
    |> Task.async_stream(&{node(&1), put_on(&1, name, entry)},
      max_concurrency: 64,
      timeout: :infinity
    )
    |> Enum.flat_map(fn {:ok, {_node, answer} = from} ->
      if answer == :kept, do: [], else: [from]
    end)
  end

  defp put_on(process, name, entry) do
    process |> GenServer.call({:put, name, entry}, @translation) |> cast_answer()
  catch
    :exit, {reason, {GenServer, :call, _arguments}} ->
      {:error, Error.new(:unavailable, "no answer: " <> Exception.format_exit(reason))}
  end

  @doc "What another node answered to a change of its steps; it may have another version of this library."
  @spec cast_answer(term) :: {:ok, Step.t()} | :ok | :kept | {:error, Error.t()}
  def cast_answer({:ok, %Step{name: name} = step} = answer),
    do: if(Catalog.steps?(%{name => step}), do: answer, else: strange(answer))

  def cast_answer(answer) when answer in [:ok, :kept], do: answer
  def cast_answer({:error, _error} = answer), do: Message.cast_outcome(answer)
  def cast_answer(other), do: strange(other)

  defp strange(answer) do
    message = "a node answered with something that is no answer: #{inspect(answer, limit: 5)}"
    {:error, Error.new(:bad_reply, message)}
  end

  defp members(group, without), do: processes(group) -- without
  defp processes(group), do: :pg.get_members(Scope.name(), scope(group))
  defp scope(group), do: {__MODULE__, group}

  @impl true
  def init(opts) do
    state = struct!(__MODULE__, opts)
    :ok = :pg.join(Scope.name(), scope(state.group), self())
    {pg, _others} = :pg.monitor(Scope.name(), scope(state.group))
    {:ok, %{state | pg: pg}}
  end

  @impl true
  def handle_call({:put, name, entry}, from, state) do
    if entry?(name, entry),
      do: {:noreply, state |> take(name, entry, from) |> apply_next()},
      else: {:reply, Message.unknown(), state}
  end

  # For a member without tools. In a process of its own, because it takes long. One that has no instance asks those that it
  # sees, which the member may not see.
  def handle_call({:translate, module, architecture}, {caller, _} = from, state)
      when is_binary(module) and is_binary(architecture) do
    others = if state.instance, do: [], else: members(state.group, [self(), caller])

    spawn(fn ->
      answer =
        with {:error, %Error{reason: :untranslated}} = error <-
               translate(state.instance, module, architecture),
             do: Enum.find_value(others, error, &ask_translation(&1, module, architecture))

      GenServer.reply(from, answer)
    end)

    {:noreply, state}
  end

  def handle_call(_of_another_version, _from, state), do: {:reply, Message.unknown(), state}

  @impl true
  def handle_cast(_of_another_version, state), do: {:noreply, state}

  @impl true
  def handle_info({pg, :join, _group, pids}, %{pg: pg, entries: entries} = state) do
    stamps = Map.new(entries, fn {name, %{stamp: stamp}} -> {name, stamp} end)
    for pid <- pids, pid != self(), stamps != %{}, do: tell(pid, {:entries, self(), stamps})
    {:noreply, state}
  end

  def handle_info({:entries, from, stamps}, state)
      when is_pid(from) and is_map(stamps) and not is_struct(stamps) do
    wanted = for {name, stamp} <- stamps, newer?(state, name, stamp), do: name
    if wanted != [], do: tell(from, {:want, self(), wanted})
    {:noreply, state}
  end

  def handle_info({:want, from, names}, state) when is_pid(from) and length(names) >= 0 do
    for name <- names, entry = state.entries[name], do: tell(from, {:entry, name, entry})
    {:noreply, state}
  end

  def handle_info({:entry, name, entry}, state) do
    if entry?(name, entry),
      do: {:noreply, state |> take(name, entry, nil) |> apply_next()},
      else: {:noreply, state}
  end

  def handle_info({:DOWN, monitor, _, _, reason}, %{running: {monitor, name, from}} = state) do
    report(state, name, from, outcome(reason))
    {:noreply, apply_next(%{state | running: nil})}
  end

  def handle_info(_stray, state), do: {:noreply, state}

  # Whatever another version makes of it, one of this version it is not.
  defp entry?(name, %{stamp: {time, node}, module: module})
       when is_atom(name) and is_integer(time) and is_atom(node) and
              (is_binary(module) or module == nil),
       do: Step.name?(name)

  defp entry?(_name, _entry), do: false

  defp newer?(state, name, stamp) do
    known = state.entries[name]
    known == nil or known.stamp < stamp
  end

  # An entry that is older than the one here is not applied; who asks is answered by what counts.
  defp take(state, name, entry, from) do
    cond do
      newer?(state, name, entry.stamp) ->
        state = put_in(state.entries[name], entry)
        %{state | waiting: state.waiting ++ [{name, from}]}

      from != nil ->
        %{state | waiting: state.waiting ++ [{name, from}]}

      true ->
        state
    end
  end

  # One after the other, so that the last change of a name is applied last.
  defp apply_next(%{running: nil, waiting: [{name, from} | waiting]} = state) do
    %{instance: instance, group: group, entries: %{^name => %{module: module}}} = state
    others = members(group, [self()])

    {_pid, monitor} =
      spawn_monitor(fn ->
        outcome = apply_entry(instance, name, module, others)

        for member <- :pg.get_local_members(Scope.name(), group),
            do: Member.announce_steps(member)

        exit({:applied, outcome})
      end)

    %{state | running: {monitor, name, from}, waiting: waiting}
  end

  defp apply_next(state), do: state

  defp apply_entry(nil, _name, _module, _others), do: :kept
  defp apply_entry(instance, name, nil, _others), do: Steps.remove(instance, name)

  defp apply_entry(instance, name, module, others) do
    with {:error, %Error{reason: :untranslated} = error} <- add(instance, name, module),
         :ok <- fetch_translation(module, others, error),
         do: add(instance, name, module)
  end

  defp add(instance, name, module), do: Steps.add(instance, name, {:bytes, module})

  # From the first member that has it or can make it.
  defp fetch_translation(module, others, error) do
    Enum.find_value(others, {:error, error}, fn other ->
      with {:ok, translation} <- ask_translation(other, module, Translator.native()),
           :ok <- Translator.keep(module, translation),
           do: :ok,
           else: (_error -> nil)
    end)
  end

  # Nil when it has none.
  defp ask_translation(other, module, architecture) do
    with {:error, _why} <-
           GenServer.call(other, {:translate, module, architecture}, @translation),
         do: nil
  catch
    :exit, _gone -> nil
  end

  defp translate(nil, module, architecture), do: Translator.get_for(architecture, module, nil)

  defp translate(instance, module, architecture) do
    with {:ok, executable} <- Questions.executable(instance),
         do: Translator.get_for(architecture, module, executable)
  end

  defp outcome({:applied, outcome}), do: outcome

  defp outcome(reason),
    do: {:error, Error.new(:internal, "adding the step ended: " <> Exception.format_exit(reason))}

  # Whoever added it is told; of one that came from another member the log tells.
  defp report(state, name, nil, {:error, error}) do
    Logger.warning(
      "thumbnailer cluster #{inspect(state.group)}: the step #{inspect(name)} of the group cannot be added here: " <>
        "#{error.reason}: #{error.message}",
      domain: [:thumbnailer]
    )
  end

  defp report(_state, _name, nil, _done), do: :ok
  defp report(_state, _name, from, outcome), do: GenServer.reply(from, outcome)

  # A module may be large, and a connection may take nothing more: this process must not be suspended.
  defp tell(pid, message), do: spawn(fn -> send(pid, message) end)
end
