defmodule Thumbnailer.Instance.Absence do
  @moduledoc false
  # What a caller is told of an instance that is not there, or no more: with what to do about it.

  alias Thumbnailer.{Error, InstanceOptions}

  @not_started "the application :thumbnailer is not started; call Application.ensure_all_started(:thumbnailer), or have " <>
                 "the library among the dependencies of an application that is started"

  @doc "The error of a request to it; `reason` is that of its end, `:noproc` when it was not there."
  @spec error(GenServer.server(), term) :: Error.t()
  def error(on, reason),
    do: Error.new(:unavailable, "no instance #{inspect(on)} is running: #{describe(on, reason)}")

  @doc "Whether there is what all calls of this node share; calls of an own instance need nothing of it but for clusters and sharing."
  @spec check_application() :: :ok | {:error, Error.t()}
  def check_application do
    if started?(), do: :ok, else: {:error, Error.new(:unavailable, @not_started)}
  end

  defp describe(_on, {:timeout, milliseconds}),
    do: "it has not answered within #{milliseconds} ms"

  defp describe(on, :noproc), do: "there is no process of that name" <> hint(on)
  defp describe(_on, reason), do: Exception.format_exit(reason)

  # On another node, or with a registry of somebody else's, nobody can tell from here.
  defp hint(on) when is_atom(on) do
    cond do
      not started?() ->
        "; " <> @not_started

      on != InstanceOptions.default_name() ->
        "; put {Thumbnailer, name: #{inspect(on)}} among the children of a supervisor, before those that use it"

      Application.get_env(:thumbnailer, :default) == false ->
        "; config :thumbnailer, default: false leaves out the default instance, so give the option :on"

      true ->
        ""
    end
  end

  defp hint(_on), do: ""

  defp started?, do: Process.whereis(Thumbnailer.Supervisor) != nil
end
